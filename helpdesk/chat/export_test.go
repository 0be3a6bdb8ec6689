package chat

import "context"

const SelectWaited = selectWaited

func (r *Room) Sweep(ctx context.Context) error { return r.sweep(ctx) }
