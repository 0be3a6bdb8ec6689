package frontend

import "github.com/gofiber/fiber/v2"

// Path is one route: its method, and its path with :names for what changes.
type Path struct{ Method, Path string }

// Paths are all routes, each once, for who walks them all.
func (s *Site) Paths() []Path {
	var out []Path
	for _, r := range s.app.GetRoutes(true) {
		if r.Method != fiber.MethodHead {
			out = append(out, Path{r.Method, r.Path})
		}
	}
	return out
}
