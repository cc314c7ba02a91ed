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

// commandTimeout bounds xmpp.password_command.
const commandTimeout = 30 * time.Second

// Password returns the account's password from the source that the
// configuration names: the first line of a file or of a command's output, or
// an environment variable. The error is an [*Error].
func (c Config) Password(ctx context.Context, getenv func(string) string) (string, error) {
	switch x := c.XMPP; {
	case x.PasswordEnv != "":
		text := getenv(x.PasswordEnv)
		if text == "" {
			return "", c.keyError("xmpp.password_env", fmt.Errorf("$%s is not set", x.PasswordEnv), "set it to the password")
		}
		return text, nil
	case x.PasswordCommand != "":
		return c.passwordOfCommand(ctx)
	default:
		return c.passwordOfFile()
	}
}

func (c Config) keyError(key string, err error, advice string) error {
	return &Error{Path: c.Path, Key: key, Err: err, Advice: advice}
}

func (c Config) passwordOfCommand(ctx context.Context) (string, error) {
	const key = "xmpp.password_command"
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", c.XMPP.PasswordCommand)
	cmd.WaitDelay = time.Second // for what the shell has started and leaves behind
	out, err := cmd.Output()
	if err != nil {
		return "", c.keyError(key, fmt.Errorf("%q: %w%s", c.XMPP.PasswordCommand, err, stderrOf(err)), "run the command by hand as the account that runs muster")
	}
	return c.firstLine(key, out)
}

func (c Config) passwordOfFile() (string, error) {
	const key = "xmpp.password_file"
	path := c.XMPP.PasswordFile
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", c.keyError(key, err, "write the password to its first line; the account that runs muster must be able to read it")
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
	return c.firstLine(key, text)
}

func (c Config) firstLine(key string, text []byte) (string, error) {
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", c.keyError(key, errors.New("the first line, which is the password, is empty"), "")
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
	const key = "xmpp.ca_file"
	if c.XMPP.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.XMPP.CAFile)
	if err != nil {
		return nil, c.keyError(key, err, "")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bytes.TrimSpace(pem)) {
		return nil, c.keyError(key, fmt.Errorf("%s contains no certificate in PEM", c.XMPP.CAFile), "")
	}
	return pool, nil
}
