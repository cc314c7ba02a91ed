// Package plan compares the wanted rooms with those found on a service ([New]),
// refuses what is not safe to do ([Guard]), and keeps plans in files that are
// checked again before they are applied ([File.CheckFresh]).
//
// It is pure but for reading and writing plan files through an [io.Reader] and
// an [io.Writer]. It makes no change: that is left to provision/apply.
package plan
