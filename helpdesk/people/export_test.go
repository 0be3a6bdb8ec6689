package people

import "context"

// Sweep is what Run does every half a minute.
func (p *Registry) Sweep(ctx context.Context) error { return p.sweep(ctx) }

// LogAll logs what a careless line would.
func (p *Registry) LogAll(ctx context.Context, all ...any) {
	for _, v := range all {
		p.log.InfoContext(ctx, "careless", "value", v)
	}
}
