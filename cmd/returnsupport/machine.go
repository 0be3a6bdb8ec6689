package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"returnsupport/helpdesk/translate"
)

// machineSettings say where the organisation's own translation server is.
type machineSettings struct{ url, keyFile, outside string }

// keyMost is more than any key is long.
const keyMost = 4096

var errNoMachine = errors.New("setting translate-key-file or translate-outside without translate-url: name the server, or neither")

// off: the operator named no server, and no text leaves.
func (m machineSettings) off() bool { return m == machineSettings{} }

func (m machineSettings) client() (*translate.Client, error) {
	if m.url == "" {
		return nil, errNoMachine
	}
	var key string
	if m.keyFile != "" {
		b, err := os.ReadFile(m.keyFile)
		if err != nil {
			return nil, fmt.Errorf("setting translate-key-file: %w", err)
		}
		if key = strings.TrimSpace(string(b)); key == "" || len(b) > keyMost || strings.ContainsAny(key, "\r\n") {
			return nil, errors.New("setting translate-key-file: the file holds no key on one line")
		}
	}
	c, err := translate.New(translate.Options{URL: m.url, Key: key, Outside: m.outside})
	if err != nil {
		return nil, fmt.Errorf("setting translate-url: %w", err)
	}
	return c, nil
}
