package frontend

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strings"
	"testing"
)

func TestABodyThatJustFitsIsRead(t *testing.T) {
	for size, fits := range map[int]bool{0: true, 9: true, 10: true, 11: false, 5000: false} {
		got, err := io.ReadAll(&counted{r: strings.NewReader(strings.Repeat("x", size)), left: 10})
		if fits && (err != nil || len(got) != size) || !fits && !errors.Is(err, errTooLarge) {
			t.Errorf("%d bytes: %d, %v", size, len(got), err)
		}
	}
}

// Whatever is posted, reading it ends with fields, files or a fault of ours.
func FuzzMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"proof\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\ny\r\n--b--\r\n"))
	f.Add([]byte("--b\r\n\r\n--b--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		v := &Visit{}
		v.Form.values = map[string][]string{}
		proofs := 0
		err := v.readParts(multipart.NewReader(&counted{r: bytes.NewReader(body), left: 1 << 16}, "b"), func() error { proofs++; return nil })
		if err != nil {
			err = formFault(err)
			if !errors.Is(err, errTooLarge) && !errors.Is(err, errBadForm) {
				t.Fatal(err)
			}
		}
		if len(v.Form.Files) > proofs {
			t.Fatal("a file was read before its form was proven")
		}
	})
}
