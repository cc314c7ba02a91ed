package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

// openTTY returns both ends of a pseudo-terminal.
func openTTY() (primary, secondary *os.File, err error) {
	primary, err = os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	var unlock, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, primary.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			return nil, nil, errno
		}
	}
	secondary, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	return primary, secondary, err
}

// onTTY has a command read from a terminal at which no key is pressed, and
// write its standard error to it. What it shows goes to a file.
func onTTY(cmd *exec.Cmd, screen io.Writer) (stop func(), err error) {
	primary, secondary, err := openTTY()
	if err != nil {
		return nil, err
	}
	cmd.Stdin, cmd.Stderr = secondary, secondary
	shown := make(chan struct{})
	go func() {
		_, _ = io.Copy(screen, primary)
		close(shown)
	}()
	return func() {
		secondary.Close() // the last one to hold it ends the copy
		<-shown
		primary.Close()
	}, nil
}
