package main

import (
	"fmt"
	"io"
)

// output is standard output, watched: a result that could not be written is
// not one that went well.
type output struct {
	io.Writer
	err error // the first failure to write
}

// Write writes, unless an earlier attempt has failed.
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.Writer.Write(p)
	if err != nil {
		o.err = fmt.Errorf("standard output: %w", bareFileError(err))
	}
	return n, o.err
}
