package frontend

import (
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"returnsupport/helpdesk"
)

// sounds are the kinds that are played in place.
var sounds = map[string]bool{"audio/mpeg": true, "audio/mp4": true, "audio/ogg": true, "audio/webm": true, "audio/wav": true}

// Sound plays a recording; any other kind is helpdesk.ErrNotFound. Phones ask
// for a part of it first and play nothing without one.
func (v *Visit) Sound(kind string, sound []byte) error {
	if !sounds[kind] {
		return helpdesk.ErrNotFound
	}
	v.c.Set(fiber.HeaderContentType, kind)
	v.c.Set("Content-Security-Policy", sandbox)
	v.c.Set("Cross-Origin-Resource-Policy", "same-origin")
	return v.part(sound)
}

// stream copies into the answer while the handler still runs: a stream that is
// read afterwards would outlive the session whose keys it needs. Of what can
// be read anywhere only the part that was asked for is read.
func (v *Visit) stream(size int64, from io.Reader) error {
	if size > mostStreamed {
		return helpdesk.Refuse("file.large")
	}
	if at, anywhere := from.(io.ReaderAt); anywhere && size >= 0 {
		first, last, asked := v.span(size)
		if asked && first > last {
			return v.unsatisfied(size)
		}
		body, err := io.ReadAll(io.NewSectionReader(at, first, last-first+1))
		if err != nil {
			return err
		}
		return v.sendPart(body, first, last, size, asked)
	}
	body, err := io.ReadAll(io.LimitReader(from, mostStreamed))
	if err != nil {
		return err
	}
	return v.part(body)
}

// part sends all of body, or the one range of it that was asked for.
func (v *Visit) part(body []byte) error {
	size := int64(len(body))
	first, last, asked := v.span(size)
	if asked && first > last {
		return v.unsatisfied(size)
	}
	return v.sendPart(body[first:last+1], first, last, size, asked)
}

func (v *Visit) sendPart(body []byte, first, last, size int64, asked bool) error {
	v.c.Set(fiber.HeaderAcceptRanges, "bytes")
	if asked {
		v.c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(first, 10)+"-"+strconv.FormatInt(last, 10)+"/"+strconv.FormatInt(size, 10))
		v.c.Status(fiber.StatusPartialContent)
	}
	return v.c.Send(body)
}

func (v *Visit) unsatisfied(size int64) error {
	v.c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(size, 10))
	v.c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	return v.c.SendStatus(fiber.StatusRequestedRangeNotSatisfiable)
}

// span is the range that was asked for. One that we do not take (RFC 9110
// section 14.2 lets a server ignore any) is the whole.
func (v *Visit) span(size int64) (first, last int64, asked bool) {
	if v.c.Method() == fiber.MethodGet && v.c.Get("If-Range") == "" {
		if first, last, ok := parseRange(v.c.Get(fiber.HeaderRange), size); ok {
			return first, last, true
		}
	}
	return 0, size - 1, false
}

// parseRange reads one byte range (RFC 9110 section 14.1.2). Several at once,
// or anything else, is none. A range beyond the end comes back with first
// after last.
func parseRange(header string, size int64) (first, last int64, ok bool) {
	spec, found := strings.CutPrefix(header, "bytes=")
	from, to, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !found || !dash || !digits(from) || !digits(to) || from == "" && to == "" {
		return 0, 0, false
	}
	if from == "" { // the last so many
		n, err := strconv.ParseInt(to, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		if n == 0 || size == 0 {
			return 1, 0, true
		}
		return max(size-n, 0), size - 1, true
	}
	first, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	last = size - 1
	if to != "" {
		end, err := strconv.ParseInt(to, 10, 64)
		if err != nil || end < first {
			return 0, 0, false
		}
		last = min(end, last)
	}
	if first >= size {
		return 1, 0, true
	}
	return first, last, true
}

func digits(s string) bool {
	return len(s) < 19 && strings.Trim(s, "0123456789") == ""
}
