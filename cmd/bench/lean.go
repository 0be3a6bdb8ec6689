package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// lean asks one question after the other on one connection, as a browser's
// page does, and costs little: net/http's client would take as much of the
// processors as what it measures.
type lean struct {
	conn net.Conn
	in   *bufio.Reader
	tail string // the headers of every question
	body []byte
}

func newLean(base string, headers ...string) (*lean, error) {
	host := strings.TrimPrefix(base, "http://")
	conn, err := net.DialTimeout("tcp", host, 10*time.Second)
	if err != nil {
		return nil, err
	}
	tail := " HTTP/1.1\r\nHost: " + host + "\r\nAccept-Encoding: gzip\r\n" + strings.Join(headers, "\r\n") + "\r\n\r\n"
	return &lean{conn: conn, in: bufio.NewReaderSize(conn, 8192), tail: tail}, nil
}

func (l *lean) close() { l.conn.Close() }

// get returns the body, which stands until the next question.
func (l *lean) get(path string) (status int, body []byte, err error) {
	l.conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.WriteString(l.conn, "GET "+path+l.tail); err != nil {
		return 0, nil, err
	}
	size, packed := -1, false
	for {
		line, err := l.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch name, value, _ := bytes.Cut(line, []byte(": ")); {
		case status == 0:
			if _, err := fmt.Sscanf(string(line), "HTTP/1.1 %d", &status); err != nil {
				return 0, nil, err
			}
		case bytes.EqualFold(name, []byte("Content-Length")):
			if size, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, err
			}
		case bytes.EqualFold(name, []byte("Content-Encoding")):
			packed = true
		case len(line) == 0:
			if size < 0 {
				return 0, nil, fmt.Errorf("%s has no length", path)
			}
			l.body = append(l.body[:0], make([]byte, size)...)
			if _, err := io.ReadFull(l.in, l.body); err != nil || !packed {
				return status, l.body, err
			}
			whole, err := unpack(l.body)
			return status, whole, err
		}
	}
}

func unpack(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
