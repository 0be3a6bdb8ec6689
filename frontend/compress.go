package frontend

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// worthIt is the size from which a page is compressed. A part of one goes out
// at every word of a talk: pressing a short one takes longer than sending it.
const (
	worthIt     = 1400
	worthItPart = 4 << 10
)

// pageLevel is how hard a page is pressed: harder costs more than it saves.
const pageLevel = 5

var zippers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, pageLevel)
	return w
}}

// sendCompressed sends a page, gzipped where the browser takes it. The only
// secrets in a page are proofs, and each page's are different, so its
// compressed length says nothing that could be collected.
func (s *Site) sendCompressed(c *fiber.Ctx, page []byte, from int) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	if len(page) < from || !acceptsGzip(c) {
		return c.Send(page)
	}
	var out bytes.Buffer
	w := zippers.Get().(*gzip.Writer)
	w.Reset(&out)
	w.Write(page) // into memory: cannot fail
	w.Close()
	zippers.Put(w)
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(out.Bytes())
}

func acceptsGzip(c *fiber.Ctx) bool {
	for part := range strings.SplitSeq(c.Get(fiber.HeaderAcceptEncoding), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, "gzip") && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
