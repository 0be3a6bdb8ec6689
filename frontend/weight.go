package frontend

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"regexp"
	"strings"
)

// Weight is what a browser fetches to show a page for the first time, in
// gzipped bytes without headers.
type Weight struct {
	Text int // before the first text: the page itself and its stylesheets
	All  int // with scripts and pictures of the page
}

// What a person's page may weigh at most.
const (
	MostText = 14 << 10
	MostAll  = 30 << 10
)

// fetched is everything a page makes a browser fetch from us.
var fetched = regexp.MustCompile(`(?:src|href)="/static/([^"]+)"`)

// Weigh renders a page and weighs it with all it brings; for tests.
func (s *Site) Weigh(page Shown) (Weight, error) {
	html, err := s.Render(page)
	if err != nil {
		return Weight{}, err
	}
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, pageLevel)
	if err != nil {
		return Weight{}, err
	}
	w.Write(html) // into memory: cannot fail
	w.Close()
	weight := Weight{Text: zipped.Len(), All: zipped.Len()}
	counted := map[string]bool{}
	for _, found := range fetched.FindAllSubmatch(html, -1) {
		name := string(found[1])
		if counted[name] {
			continue
		}
		counted[name] = true
		file, known := s.assets.byName[name]
		if !known {
			return Weight{}, fmt.Errorf("the page fetches %s, which is not there", name)
		}
		size := min(len(file.zipped), len(file.plain))
		weight.All += size
		if strings.HasSuffix(name, ".css") {
			weight.Text += size
		}
	}
	return weight, nil
}
