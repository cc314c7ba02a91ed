package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"muster/provision"
)

// password gets the account's password from where the configuration says.
func (c config) password(ctx context.Context, env environment) (string, error) {
	fail := func(key string, err error, hint string) (string, error) {
		return "", &configError{path: c.path, err: fmt.Errorf("%s: %w", key, err), hint: hint}
	}
	var text, key string
	switch x := c.XMPP; {
	case x.PasswordEnv != "":
		if text = env.get(x.PasswordEnv); text == "" {
			return fail("xmpp.password_env", fmt.Errorf("$%s is not set", x.PasswordEnv), "")
		}
		return text, nil
	case x.PasswordCommand != "":
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, "sh", "-c", x.PasswordCommand).Output()
		if err != nil {
			return fail("xmpp.password_command", fmt.Errorf("%q: %w%s", x.PasswordCommand, err, complaint(err)), "")
		}
		text, key = string(out), "xmpp.password_command"
	default:
		info, err := os.Stat(x.PasswordFile)
		if err != nil {
			return fail("xmpp.password_file", err, "")
		}
		if mode := info.Mode().Perm(); mode&0o027 != 0 {
			return fail("xmpp.password_file", fmt.Errorf("%s has mode %04o: others can read or change it", x.PasswordFile, mode),
				"chmod 600 "+x.PasswordFile)
		}
		b, err := os.ReadFile(x.PasswordFile)
		if err != nil {
			return fail("xmpp.password_file", err, "")
		}
		text, key = string(b), "xmpp.password_file"
	}
	line, _, _ := strings.Cut(text, "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return fail(key, errors.New("the password is the first line, and that is empty"), "")
	}
	return line, nil
}

// complaint returns what a command that failed wrote to standard error.
func complaint(err error) string {
	var exit *exec.ExitError
	if !errors.As(err, &exit) || len(exit.Stderr) == 0 {
		return ""
	}
	return ": " + provision.OneLine(string(exit.Stderr), provision.MaxTitle)
}

// authorities reads xmpp.ca_file; nil stands for the system's.
func (c config) authorities() (*x509.CertPool, error) {
	if c.XMPP.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.XMPP.CAFile)
	if err != nil {
		return nil, &configError{path: c.path, err: fmt.Errorf("xmpp.ca_file: %w", err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(bytes.TrimSpace(pem)) {
		return nil, &configError{path: c.path, err: fmt.Errorf("xmpp.ca_file: %s holds no certificate in PEM", c.XMPP.CAFile)}
	}
	return pool, nil
}
