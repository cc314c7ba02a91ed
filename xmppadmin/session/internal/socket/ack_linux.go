package socket

import (
	"net"
	"syscall"
)

// QuickAck returns a function that has what was just read from a connection
// acknowledged at once (tcp(7), TCP_QUICKACK), to be called after each read.
// Otherwise a server that writes an answer in small parts waits 40 ms for it
// between them.
func QuickAck(conn net.Conn) func() {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return func() {}
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return func() {}
	}
	set := func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1) }
	return func() { _ = raw.Control(set) }
}
