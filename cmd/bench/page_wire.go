package main

import (
	"compress/gzip"
	"io"
)

// counting counts what passes.
type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func unzipped(r io.Reader, encoding string) (string, error) {
	if encoding == "gzip" {
		z, err := gzip.NewReader(r)
		if err != nil {
			return "", err
		}
		r = z
	}
	text, err := io.ReadAll(r)
	return string(text), err
}
