// Command muster keeps the public chat rooms of IETF groups in step with the
// Datatracker's meeting agenda. See README.md.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // meetings have time zones; not every machine does
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}
