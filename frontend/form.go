package frontend

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
)

// prefetch is how much of a body the server reads before we look at it.
const prefetch = 64 << 10

// mostParts bounds the fields and files of one form.
const mostParts = 500

// Form is what was posted. Files are kept in memory: on disk they would lie
// in plain.
type Form struct {
	values url.Values
	Files  []Upload
}

// Upload is one posted file.
type Upload struct {
	Name string
	Type string // as the browser says, parameters dropped
	Body []byte
}

// Value is the first value of a field, line ends as \n, valid UTF-8.
func (f Form) Value(name string) string { return tidy(f.values.Get(name)) }

// Has tells whether the field was posted at all.
func (f Form) Has(name string) bool { return f.values.Has(name) }

// All is every value of a field.
func (f Form) All(name string) []string {
	var out []string
	for _, s := range f.values[name] {
		out = append(out, tidy(s))
	}
	return out
}

func tidy(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// readForm reads the body within limit and checks the proof. A multipart form
// must carry its proof before its first file, so that nobody's upload is read
// for a stranger; after the session ended it is enough that the house still
// knows whose it was.
func (v *Visit) readForm(may Permission, limit Limit) error {
	body := &counted{r: v.body(), left: int64(limit), hold: v.hold}
	kind, params, err := mime.ParseMediaType(v.c.Get(fiber.HeaderContentType))
	if err != nil {
		kind = ""
	}
	route := v.c.Route().Path
	late, known := may.guest && v.Guest == nil, false // still to be kept, see OnGuestEnded
	if late && kind == "multipart/form-data" {
		if known, err = v.authorKnown(); err != nil {
			return err
		}
	}
	check := func() error {
		switch {
		case late && known:
			return nil
		case late:
			return errLateFile
		}
		if may.unproven || v.proven(v.Form.values.Get("proof"), route) {
			return nil
		}
		return errNoProof
	}
	v.Form.values = url.Values{}
	switch kind {
	case "application/x-www-form-urlencoded":
		text, err := io.ReadAll(body)
		if err != nil {
			return formFault(err)
		}
		if v.Form.values, err = url.ParseQuery(string(text)); err != nil {
			return errBadForm
		}
	case "multipart/form-data":
		err := v.readParts(multipart.NewReader(body, params["boundary"]), check)
		if errors.Is(err, errLateFile) {
			// Passed over, not kept: who sends reads no answer before the end.
			_, err = io.Copy(io.Discard, body)
		}
		if err != nil {
			return formFault(err)
		}
	case "":
		if n, _ := io.Copy(io.Discard, body); n > 0 {
			return errBadForm
		}
	default:
		return errBadForm
	}
	if err := check(); !errors.Is(err, errLateFile) {
		return err
	}
	return nil
}

// authorKnown tells whether the house still knows whose session has ended.
func (v *Visit) authorKnown() (bool, error) {
	_, err := v.site.Guests.Author(v.Context, v.guestCookie)
	if errors.Is(err, helpdesk.ErrDenied) || errors.Is(err, helpdesk.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (v *Visit) body() io.Reader {
	if stream := v.c.Context().RequestBodyStream(); stream != nil {
		return stream
	}
	return bytes.NewReader(v.c.Body())
}

func (v *Visit) readParts(r *multipart.Reader, check func() error) error {
	for n := 0; ; n++ {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if n >= mostParts {
			return errTooLarge
		}
		_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if err != nil {
			return errBadForm
		}
		name, file := params["filename"]
		if file {
			if err := check(); err != nil {
				return err
			}
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		switch {
		case !file:
			v.Form.values.Add(params["name"], string(content))
		case name != "": // an empty file field posts one nameless file
			kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
			v.Form.Files = append(v.Form.Files, Upload{Name: tidy(name), Type: kind, Body: content})
		}
	}
}

// counted stops at its limit, which Fiber's own is not on streams, and when
// there is no room left in memory.
type counted struct {
	r    io.Reader
	left int64
	hold func(n int) bool // asked for room; nil needs none
}

func (c *counted) Read(p []byte) (int, error) {
	if c.left <= 0 {
		// One byte more tells a body that just fits from one that does not.
		var one [1]byte
		if n, err := io.ReadFull(c.r, one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooLarge
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	if c.hold != nil && !c.hold(n) {
		return 0, tooOften{fullFor}
	}
	return n, err
}

func formFault(err error) error {
	var full tooOften
	if errors.As(err, &full) {
		return full
	}
	for _, known := range []error{errTooLarge, errNoProof, errBadForm} {
		if errors.Is(err, known) {
			return known
		}
	}
	return fmt.Errorf("%w: %w", errBadForm, err)
}
