package site

import (
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"strings"
)

// hueSteps is how many colours nicks have.
const hueSteps = 72

// hueOf returns the class of a nick's colour: the angle of XEP-0392 §5.1, in
// steps of 5 degrees.
func hueOf(nick string) string {
	sum := sha1.Sum([]byte(nick))
	return fmt.Sprintf("h%d", int(binary.LittleEndian.Uint16(sum[:2]))*hueSteps/65536)
}

// hueStyles returns the rules of the classes. The lightness is such that text
// has a contrast of 4.5 to 1 at least, on both backgrounds (WCAG 2.2, 1.4.3);
// a test computes it.
func hueStyles() string {
	var b strings.Builder
	for i := range hueSteps {
		fmt.Fprintf(&b, ".h%d{--hue:%d}\n", i, i*360/hueSteps)
	}
	return b.String()
}
