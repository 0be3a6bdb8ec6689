// Package templates embeds the pages by audience and the parts they share.
// Each template is named after the struct it is given: "workspace.Queue",
// "frontend.Notice".
//
// Never: a rule or a sentence. Rules are in the rooms, sentences in locale.
package templates

import "embed"

// Files holds parts and one folder an audience.
//
//go:embed */*.html
var Files embed.FS
