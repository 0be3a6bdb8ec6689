package frontend

import (
	"io"
	"time"

	"github.com/gorilla/websocket"
)

// What a browser may send over a line.
const (
	mostFrame  = 96 << 10 // the longest message, each sign escaped
	frameBurst = 30       // frames at once
	frameEvery = 250 * time.Millisecond
)

// read waits for what the browser sends, and hands it on a frame at a time: the
// next is read when the last has been dealt with, so what waits is bounded by
// the network's own buffers.
func (l *line) read() {
	most := int64(mostFrame)
	if l.kind == deskLine {
		most = 64 // a bell says what its page has, and no more
	}
	l.ws.SetReadLimit(most)
	l.ws.SetPongHandler(func(string) error { l.alive(); return nil })
	var earned time.Time // when all frames so far will have been earned back
	for {
		kind, r, err := l.ws.NextReader()
		if err != nil {
			return
		}
		if kind != websocket.TextMessage {
			l.hangUp(websocket.CloseUnsupportedData)
			return
		}
		now := l.alive()
		if earned.Before(now) {
			earned = now
		}
		if earned = earned.Add(frameEvery); earned.Sub(now) > frameBurst*frameEvery {
			l.hangUp(websocket.ClosePolicyViolation)
			return
		}
		frame, err := io.ReadAll(r)
		if err != nil {
			return
		}
		if !l.give(frame) {
			return
		}
	}
}

// alive notes that the browser is there.
func (l *line) alive() time.Time {
	now := time.Now()
	l.of.mu.Lock()
	l.heard = l.of.clock()
	l.of.mu.Unlock()
	return now
}

// give hands a frame to the line's runner and waits until it is done.
func (l *line) give(frame []byte) bool {
	if len(frame) == 0 {
		return true
	}
	given, taken := false, make(chan struct{})
	l.want(func() { l.in, l.taken, given = frame, taken, true })
	if given {
		<-taken
	}
	return given
}
