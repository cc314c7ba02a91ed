//go:build !linux

package main

// freeSpace returns that the space is not known.
func freeSpace(string) (bytes uint64, known bool) { return 0, false }
