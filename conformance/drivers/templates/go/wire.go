// The pipe to the runner. It is complete: nothing in this file needs a change.
//
// Numbers come as json.Number, as they were written: 1e20 is a double, and 100000000000000000000 is refused (VAL-011).
// Give a double of 2^53 or more as a json.Number with an exponent: of a float64 json.Marshal makes an integer (VAL-007).
package main

import (
	"bufio"
	"bytes"
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
	last    int64
	waiting map[int64]chan Message
}

// NewWire makes a wire of the process's input and output.
func NewWire(source io.Reader, sink io.Writer) *Wire {
	return &Wire{source: bufio.NewReader(source), sink: sink, waiting: map[int64]chan Message{}}
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
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&message); err != nil {
			fmt.Fprintln(os.Stderr, "not JSON:", err)
			os.Exit(1)
		}
		if number, ok := message["cid"].(json.Number); ok {
			cid, _ := number.Int64()
			w.lock.Lock()
			reply := w.waiting[cid]
			delete(w.waiting, cid)
			w.lock.Unlock()
			if reply != nil { // a second reply is dropped (CNF-012)
				reply <- message
			}
		} else if message["op"] == "stop" {
			return
		} else {
			go handle(message)
		}
	}
}
