package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"returnsupport/helpdesk/directory"
)

// runDirectory brings HSDS in and takes it out: organisations' public words, no
// key needed.
func runDirectory(ctx context.Context, c console, args []string) error {
	var o directory.Options
	var format string
	return administration(ctx, c, args, func(f *flag.FlagSet) {
		f.BoolVar(&o.Dry, "dry", false, "")
		f.BoolVar(&o.Whole, "whole", false, "")
		f.StringVar(&format, "format", "", "")
	}, func(h *house, words []string) error {
		switch {
		case len(words) == 2 && words[0] == "import":
			return h.importDirectory(ctx, c, words[1], o)
		case len(words) == 2 && words[0] == "export":
			return h.exportDirectory(ctx, c, words[1], format)
		}
		return usageError("directory takes import FILE|FOLDER or export FILE")
	})
}

func (h *house) importDirectory(ctx context.Context, c console, path string, o directory.Options) error {
	in, err := directoryInput(path)
	if err != nil {
		return err
	}
	report, err := h.places.Import(ctx, h.staff.Console(), in, o)
	h.printReport(c, report)
	return err
}

func directoryInput(path string) (directory.Input, error) {
	info, err := os.Stat(path)
	if err != nil {
		return directory.Input{}, fmt.Errorf("read what is to be imported: %w", err)
	}
	if info.IsDir() {
		return directory.Folder(os.DirFS(path)), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return directory.Input{}, fmt.Errorf("read what is to be imported: %w", err)
	}
	defer f.Close()
	return directory.Open(path, f)
}

// printReport lists every change and every refusal, a line each.
func (h *house) printReport(c console, r directory.Report) {
	for _, part := range []struct {
		what string
		all  []directory.Change
	}{{"add", r.Added}, {"change", r.Changed}, {"remove", r.Removed}} {
		for _, change := range part.all {
			at := ""
			if change.File != "" {
				at = fmt.Sprintf("  (%s, line %d)", change.File, change.Line)
			}
			columns := ""
			if len(change.Columns) > 0 {
				columns = ": " + strings.Join(change.Columns, ", ")
			}
			fmt.Fprintf(c.out, "%-7s %s %s %q%s%s\n", part.what, change.Kind, change.HSDS, change.Name, columns, at)
		}
	}
	for _, row := range slices.Concat(r.Ignored, r.Refused) {
		fmt.Fprintf(c.out, "%s, line %d: %s\n", row.File, row.Line, h.said(row.Key, row.Args...))
	}
	fmt.Fprintf(c.out, "%d to add, %d to change, %d to remove, %d as they were, %d refused. ", len(r.Added), len(r.Changed), len(r.Removed), r.Same, len(r.Refused))
	if r.Written {
		fmt.Fprintln(c.out, "Written.")
	} else {
		fmt.Fprintln(c.out, "Nothing was written.")
	}
}

// said is a room's key in the operator's language.
func (h *house) said(key string, args ...any) string { return h.locale.Say("en", key, args...) }

func (h *house) exportDirectory(ctx context.Context, c console, path, format string) error {
	if format == "" {
		format = string(directory.JSON)
		if strings.HasSuffix(path, ".zip") {
			format = string(directory.CSV)
		}
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	err = h.places.Export(ctx, h.staff.Console(), f, directory.Format(format))
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		os.Remove(path) // we made it, and it is not whole
		return err
	}
	fmt.Fprintf(c.out, "%s is written. It holds names and work addresses of contacts.\n", path)
	return nil
}
