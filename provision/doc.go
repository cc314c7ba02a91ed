// Package provision decides which rooms a MUC service should have and why
// ([Want]), what differs from what it has ([Plan]), whether that is safe to do
// ([Guard]), and makes it so ([Apply]).
//
// The planning half is pure: values in, values out, no clock and no I/O, so
// that the same agenda, rules, rooms and time give the same plan, today and
// when a saved plan is checked again ([PlanFile.Fits]). The doing half sees a
// service through the interfaces of this package, believes no answer, and
// reads back every room that it has touched.
//
// The package knows nothing of HTTP, XML, flags or configuration files. A
// [Room] is one type from Want to Apply; nothing on the way derives its name
// or its title anew.
package provision
