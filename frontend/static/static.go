// Package static embeds what browsers fetch beside pages: one stylesheet, one
// small script per need, the icons. Foreign files stand in it unchanged with
// their version in the name; frontend checks their sums.
//
// Never: a file that fetches something from somebody else.
package static

import "embed"

// Files holds every asset under its plain name.
//
//go:embed *.css *.js *.svg *.png
var Files embed.FS
