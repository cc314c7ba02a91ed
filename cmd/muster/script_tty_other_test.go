//go:build !linux

package main

import (
	"errors"
	"io"
	"os/exec"
)

func onTTY(*exec.Cmd, io.Writer) (stop func(), err error) {
	return nil, errors.New("pseudo-terminals are opened on Linux alone")
}
