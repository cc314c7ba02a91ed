package socket_test

import (
	"net"
	"syscall"
	"testing"

	"muster/xmppadmin/session/internal/socket"
)

// quick reads whether the system acknowledges at once, or sets that.
func quick(t *testing.T, conn net.Conn, set ...int) (value int) {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for _, v := range set {
			failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, v)
		}
		if failed == nil {
			value, failed = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK)
		}
	})
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return value
}

func TestQuickAck(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ack := socket.QuickAck(conn)
	if quick(t, conn, 0) != 0 {
		t.Fatal("the test cannot switch it off")
	}
	ack()
	if quick(t, conn) != 1 {
		t.Error("it is not switched on")
	}
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()
	socket.QuickAck(here)() // no socket of TCP
}
