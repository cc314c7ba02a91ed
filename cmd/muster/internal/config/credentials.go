package config

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"time"

	"muster/provision"
)

// commandTimeout bounds xmpp.password_command and its like.
const commandTimeout = 30 * time.Second

// secret is where a secret comes from: one of three keys, each with this key in
// front of it.
type secret struct {
	key                string // xmpp.password, desk.secret
	what               string // how errors call it
	file, env, command string
}

// given returns how many of the keys are given.
func (s secret) given() int {
	n := 0
	for _, value := range []string{s.file, s.env, s.command} {
		if value != "" {
			n++
		}
	}
	return n
}

func (c Config) password() secret {
	x := c.XMPP
	return secret{key: "xmpp.password", what: "password", file: x.PasswordFile, env: x.PasswordEnv, command: x.PasswordCommand}
}

// Password returns the account's password from the source that the
// configuration names: the first line of a file or of a command's output, or
// an environment variable. The error is an [*Error].
func (c Config) Password(ctx context.Context, getenv func(string) string) (string, error) {
	return c.read(ctx, c.password(), getenv)
}

// ChatlogKey returns the key for uploads to the Datatracker: the first line of
// the file logs.api_key_file, which others must not be able to read. The error is
// an [*Error].
func (c Config) ChatlogKey() (string, error) {
	s := secret{key: "logs.api_key", what: "key", file: c.Logs.APIKeyFile}
	if s.file == "" {
		return "", c.keyError("logs.api_key_file", errors.New("not set"),
			"make a key for /api/notify/session/chatlog at the Datatracker and write it to the first line of a file that this account alone can read")
	}
	return c.ofFile(s)
}

// read reads a secret.
func (c Config) read(ctx context.Context, s secret, getenv func(string) string) (string, error) {
	switch {
	case s.env != "":
		text := getenv(s.env)
		if text == "" {
			return "", c.keyError(s.key+"_env", fmt.Errorf("$%s is not set", s.env), "set it to the "+s.what)
		}
		return text, nil
	case s.command != "":
		return c.ofCommand(ctx, s)
	default:
		return c.ofFile(s)
	}
}

func (c Config) keyError(key string, err error, advice string) error {
	return &Error{Path: c.Path, Key: key, Err: err, Advice: advice}
}

func (c Config) ofCommand(ctx context.Context, s secret) (string, error) {
	key := s.key + "_command"
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", s.command)
	cmd.WaitDelay = time.Second // for what the shell has started and leaves behind
	out, err := cmd.Output()
	if err != nil {
		return "", c.keyError(key, fmt.Errorf("%q: %w%s", s.command, err, stderrOf(err)), "run the command by hand as the account that runs muster")
	}
	return c.firstLine(s, key, out)
}

func (c Config) ofFile(s secret) (string, error) {
	key, path := s.key+"_file", s.file
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", c.keyError(key, err, "write the "+s.what+" to its first line; the account that runs muster must be able to read it")
	}
	if err != nil {
		return "", c.keyError(key, err, "")
	}
	if mode := info.Mode().Perm(); mode&0o027 != 0 {
		return "", c.keyError(key, fmt.Errorf("%s has mode %04o: others can read or change it", path, mode), "chmod g-w,o= "+path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", c.keyError(key, err, "")
	}
	return c.firstLine(s, key, text)
}

func (c Config) firstLine(s secret, key string, text []byte) (string, error) {
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", c.keyError(key, fmt.Errorf("the first line, which is the %s, is empty", s.what), "")
	}
	return line, nil
}

// stderrOf returns what a failed command wrote to standard error.
func stderrOf(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) || len(exit.Stderr) == 0 {
		return ""
	}
	return ": " + provision.OneLine(string(exit.Stderr), provision.MaxTitle)
}

// Authorities returns the certificates of xmpp.ca_file; nil stands for the
// system's. The error is an [*Error].
func (c Config) Authorities() (*x509.CertPool, error) {
	return c.authorities("xmpp.ca_file", c.XMPP.CAFile)
}

// MailAuthorities returns those of desk.mail.ca_file, likewise.
func (c Config) MailAuthorities() (*x509.CertPool, error) {
	return c.authorities("desk.mail.ca_file", c.Desk.Mail.CAFile)
}

func (c Config) authorities(key, path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, c.keyError(key, err, "")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bytes.TrimSpace(pem)) {
		return nil, c.keyError(key, fmt.Errorf("%s contains no certificate in PEM", path), "")
	}
	return pool, nil
}
