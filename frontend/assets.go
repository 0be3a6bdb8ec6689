package frontend

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"returnsupport/frontend/static"
)

// assets are the embedded files under names that carry their own hash, so
// that a browser may keep them for ever and never shows an old one.
type assets struct {
	byName map[string]asset  // hashed name
	hashed map[string]string // plain name -> hashed name
}

type asset struct {
	kind          string
	plain, zipped []byte
}

var assetKinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// theAssets are zipped once: they lie in the binary.
var theAssets = sync.OnceValues(newAssets)

func newAssets() (*assets, error) {
	a := &assets{map[string]asset{}, map[string]string{}}
	entries, err := static.Files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("list static files: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		content, err := static.Files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read static file %s: %w", name, err)
		}
		ext := path.Ext(name)
		kind, ok := assetKinds[ext]
		if !ok {
			return nil, fmt.Errorf("static file %s has no known type", name)
		}
		sum := sha256.Sum256(content)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		var zipped bytes.Buffer
		w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		w.Write(content) // into memory: cannot fail
		w.Close()
		a.byName[hashed] = asset{kind, content, zipped.Bytes()}
		a.hashed[name] = hashed
	}
	return a, nil
}

// path is where the browser fetches a file; an unknown one fails the page, and
// so the test that renders every page.
func (a *assets) path(name string) (string, error) {
	hashed, ok := a.hashed[name]
	if !ok {
		return "", fmt.Errorf("no static file %s", name)
	}
	return "/static/" + hashed, nil
}

// sprite is the icons as they stand at the top of every page.
func (a *assets) sprite() (template.HTML, error) {
	content, err := static.Files.ReadFile("icons.svg")
	if err != nil {
		return "", fmt.Errorf("read icons: %w", err)
	}
	_, svg, found := strings.Cut(string(content), "-->")
	if !found {
		return "", fmt.Errorf("icons without their licence")
	}
	return template.HTML(strings.TrimSpace(svg)), nil // our own embedded file
}

func (s *Site) serveAsset(c *fiber.Ctx) error {
	found, ok := s.assets.byName[c.Params("file")]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, found.kind)
	c.Vary(fiber.HeaderAcceptEncoding)
	if len(found.zipped) < len(found.plain) && acceptsGzip(c) {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(found.zipped)
	}
	return c.Send(found.plain)
}
