// The pipe to the runner. It is complete: nothing in this file needs a change.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
)

// Message is one line of the protocol.
type Message = map[string]any

// Wire reads and writes JSON Lines. Requests overlap, so that everything here may be called from any goroutine.
type Wire struct {
	source  *bufio.Reader
	sink    io.Writer
	lock    sync.Mutex
	last    int
	waiting map[int]chan Message
}

// NewWire makes a wire of the process's input and output.
func NewWire(source io.Reader, sink io.Writer) *Wire {
	return &Wire{source: bufio.NewReader(source), sink: sink, waiting: map[int]chan Message{}}
}

// Send writes one message. A File has no buffer of its own, so that the line is out when this returns.
func (w *Wire) Send(message Message) {
	line, err := json.Marshal(message)
	if err != nil {
		line, _ = json.Marshal(Message{"id": message["id"], "outcome": "errored", "message": err.Error()})
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	if _, err := w.sink.Write(append(line, '\n')); err != nil {
		os.Exit(1) // the runner is gone
	}
}

// Call asks the runner for something on behalf of a request, and waits for the reply.
func (w *Wire) Call(request any, op string, members Message) Message {
	reply := make(chan Message, 1)
	w.lock.Lock()
	w.last++
	cid := w.last
	w.waiting[cid] = reply
	w.lock.Unlock()
	message := Message{"cid": cid, "id": request, "op": op}
	for name, member := range members {
		message[name] = member
	}
	w.Send(message)
	return <-reply
}

// Serve gives each request to handle, in a goroutine of its own, and each reply to whoever waits for it.
// It returns when the runner says stop, or when the input ends.
func (w *Wire) Serve(handle func(Message)) {
	for {
		line, err := w.source.ReadBytes('\n') // of any length; a bufio.Scanner gives up at 64 KiB
		if err != nil {
			return
		}
		var message Message
		if err := json.Unmarshal(line, &message); err != nil {
			fmt.Fprintln(os.Stderr, "not JSON:", err)
			os.Exit(1)
		}
		if cid, ok := message["cid"].(float64); ok {
			w.lock.Lock()
			reply := w.waiting[int(cid)]
			delete(w.waiting, int(cid))
			w.lock.Unlock()
			reply <- message
		} else if message["op"] == "stop" {
			return
		} else {
			go handle(message)
		}
	}
}
