package office

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"returnsupport/helpdesk/routing"
)

// routingSettings are what routing is made from.
var routingSettings = []string{Rules, Profiles, Leave, Topics, TeamKinds}

// keptParts are routing's parts as they were read last, and of which versions.
type keptParts struct {
	of    map[string]int64
	parts routing.Parts
}

// Routing hands out what the office knows of routing, as one value that the
// caller must not change. It is read anew only when a version moved.
func (o *Office) Routing(ctx context.Context) (routing.Parts, error) {
	versions, err := o.versions(ctx)
	if err != nil {
		return routing.Parts{}, err
	}
	of := map[string]int64{}
	for _, name := range routingSettings {
		of[name] = versions["setting "+name]
	}
	o.mu.Lock()
	k := o.parts
	o.mu.Unlock()
	if k.of != nil && maps.Equal(k.of, of) {
		return k.parts, nil
	}
	values := map[string]string{}
	for _, name := range routingSettings {
		s, err := o.setting(ctx, versions, name)
		if err != nil {
			return routing.Parts{}, err
		}
		values[name] = s.value
	}
	k = keptParts{of: of}
	if k.parts, err = partsOf(values); err != nil {
		return routing.Parts{}, err
	}
	o.mu.Lock()
	o.parts = k
	o.mu.Unlock()
	return k.parts, nil
}

// RoutingWith is Routing as it would be with another value of one of its
// settings, to be checked and tried before it is saved.
func (o *Office) RoutingWith(ctx context.Context, name, value string) (routing.Parts, error) {
	values, err := o.values(ctx, routingSettings...)
	if err != nil {
		return routing.Parts{}, err
	}
	if slices.Contains(routingSettings, name) {
		values[name] = value
	}
	return partsOf(values)
}

func partsOf(values map[string]string) (p routing.Parts, err error) {
	if p.Rules, err = routing.ReadRules(values[Rules]); err != nil {
		return p, fmt.Errorf("read the rules: %w", err)
	}
	if p.Profiles, err = routing.ReadProfiles(values[Profiles]); err != nil {
		return p, fmt.Errorf("read the profiles: %w", err)
	}
	if p.Leave, err = routing.ReadLeave(values[Leave]); err != nil {
		return p, fmt.Errorf("read the leave: %w", err)
	}
	if p.Topics, err = routing.ReadTopics(values[Topics]); err != nil {
		return p, fmt.Errorf("read the topics: %w", err)
	}
	if p.Kinds, err = routing.ReadTeamKinds(values[TeamKinds]); err != nil {
		return p, fmt.Errorf("read the kinds of team: %w", err)
	}
	return p, nil
}
