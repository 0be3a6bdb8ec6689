package directory

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"returnsupport/helpdesk"
)

// unzip opens a data package. What it unpacks to is counted while it is read:
// the sizes a zip names are its own claims.
func unzip(b []byte) (fs.FS, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, helpdesk.Refuse("directory.import.zip")
	}
	if len(z.File) > 1000 {
		return nil, helpdesk.Refuse("directory.import.zip")
	}
	return z, nil
}

// readPackage reads the tables of a tabular data package (HSDS 3, Frictionless
// Data) from a folder or a zip, at its top or in its only folder.
func readPackage(in *intake, files fs.FS) error {
	names, err := fs.Glob(files, "*.csv")
	if err == nil && len(names) == 0 {
		names, err = fs.Glob(files, "*/*.csv")
	}
	if err != nil {
		return fmt.Errorf("list a data package: %w", err)
	}
	// In the order of the shapes, so that lines are told in an order people expect.
	known := 0
	left := int64(totalLimit)
	for i := range shapes {
		for _, name := range names {
			s := byFile[strings.ToLower(path.Base(name))]
			if s != &shapes[i] {
				continue
			}
			known++
			n, err := readTable(in, s, files, name, min(left, fileLimit))
			if err != nil {
				return err
			}
			left -= n
		}
	}
	for _, name := range names {
		if byFile[strings.ToLower(path.Base(name))] == nil {
			in.ignore(path.Base(name), 0, path.Base(name))
		}
	}
	if known == 0 {
		return helpdesk.Refuse("directory.import.empty")
	}
	return nil
}

// readTable reads one file and tells how many bytes of it.
func readTable(in *intake, s *shape, files fs.FS, name string, limit int64) (int64, error) {
	base := path.Base(name)
	f, err := files.Open(name)
	if err != nil {
		in.refuse(base, 0, "zip")
		return 0, nil
	}
	defer f.Close()
	counted := &io.LimitedReader{R: f, N: limit + 1}
	readCSV(in, s, base, counted)
	if counted.N <= 0 {
		in.refuse(base, 0, "large", limit>>20)
		in.full = true
	}
	return limit + 1 - counted.N, nil
}

var mark = []byte("\xef\xbb\xbf") // the byte order mark that spreadsheets put before UTF-8

// readCSV reads one table (RFC 4180). A file whose quoting breaks is read up to
// there and refused: behind it, no line number means anything.
func readCSV(in *intake, s *shape, file string, from io.Reader) {
	b := bufio.NewReaderSize(from, 64<<10)
	if start, _ := b.Peek(len(mark)); bytes.Equal(start, mark) {
		b.Discard(len(mark))
	}
	r := csv.NewReader(b)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	if first, _ := b.Peek(4096); semicolons(first) {
		r.Comma = ';' // as spreadsheets write it where the comma is in numbers
	}
	header, err := r.Read()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			in.refuseCSV(file, err)
		}
		return // an empty table says nothing
	}
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.ToLower(strings.TrimSpace(h))
	}
	if !slices.Contains(names, "id") {
		in.refuse(file, 1, "columns")
		return
	}
	if twice := firstTwice(names); twice != "" {
		in.refuse(file, 1, "column_twice", twice)
		return
	}
	for !in.done() {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			in.refuseCSV(file, err)
			return
		}
		line, _ := r.FieldPos(0)
		if len(values) != len(names) {
			in.refuse(file, line, "ragged", len(values), len(names))
			continue
		}
		c := &came{Record: Record{Kind: s.kind, Fields: map[string]string{}, Up: map[string][]string{}}, file: file, line: line, own: map[string]bool{}}
		for i, v := range values {
			if names[i] == "id" {
				c.HSDS = strings.Clone(strings.TrimSpace(v))
				continue
			}
			in.set(c, s, names[i], strings.Clone(helpdesk.OfCell(v)))
		}
		in.add(c, s)
	}
}

func (in *intake) refuseCSV(file string, err error) {
	line := 0
	if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
		line = wrong.Line
	}
	in.refuse(file, line, "csv")
}

// semicolons tells whether the first line is parted by them.
func semicolons(start []byte) bool {
	first, _, _ := bytes.Cut(start, []byte("\n"))
	return bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(","))
}

func firstTwice(names []string) string {
	seen := map[string]bool{}
	for _, n := range names {
		if n != "" && seen[n] {
			return n
		}
		seen[n] = true
	}
	return ""
}
