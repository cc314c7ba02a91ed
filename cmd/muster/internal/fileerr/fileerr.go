// Package fileerr takes file errors apart for messages that name the file
// themselves.
package fileerr

import (
	"errors"
	"io/fs"
)

// Cause returns what went wrong with a file, without the operation and the
// path; any other error as it is.
func Cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
