package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"muster/chatlog"
	"muster/chatlog/site"
	"muster/cmd/muster/internal/config"
)

func (a *app) logsServeCommand() *cobra.Command {
	var listen, out string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the pages and a search over HTTP",
		Long: "Serve the published pages of logs.out over HTTP, with a search of the record beside\n" +
			"them, until the command is interrupted. It only reads, and runs beside export and\n" +
			"publish. Put a web server with TLS before it.",
		Annotations: exits(),
		Example:     "  muster logs serve\n  muster logs serve --listen 127.0.0.1:8080",
		Args:        noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.logsServe(cmd.Context(), listen, out)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "the `ADDRESS` to listen on")
	cmd.Flags().StringVar(&out, "out", "", "serve the pages of the folder `DIR` instead of logs.out")
	return cmd
}

// logsServe is the command logs serve.
func (a *app) logsServe(ctx context.Context, listen, out string) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	s := a.siteConfig(c)
	if out != "" {
		s.Dir = out
	}
	if s.Dir == "" {
		return &config.Error{Path: c.Path, Key: "logs.out", Err: errors.New("not set"), Advice: "set it to the folder of the pages, or give --out"}
	}
	store, err := chatlog.OpenReader(ctx, logsFile(c), a.logsOptions(c))
	if err != nil {
		return noRecord(err)
	}
	defer store.Close()
	handler, err := site.Handler(store, s)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	a.console.Note("serving %s on http://%s/", s.Dir, l.Addr())
	return serveUntil(ctx, l, handler)
}

// clientsAtOnce is how many connections are served at the same time. Others wait
// until one of them ends.
const clientsAtOnce = 500

// serveUntil serves until ctx ends, and then lets the requests under way end.
// Slow clients are cut off.
func serveUntil(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(netutil.LimitListener(l, clientsAtOnce)) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 500*time.Millisecond)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return server.Close()
	}
	return nil
}
