// The conformance driver of my-port: it reads requests from its standard input and answers on its standard output.
package main

import (
	"fmt"
	"os"
)

func main() {
	wire := NewWire(os.Stdin, os.Stdout)
	os.Stdout = os.Stderr // whatever prints must not disturb the protocol
	wire.Serve(func(request Message) { wire.Send(answer(request, wire)) })
}

// answer gives the one answer that every request gets, with the request's id.
func answer(request Message, wire *Wire) (answered Message) {
	defer func() {
		if fault := recover(); fault != nil { // the runner has to hear of it
			answered = Message{"outcome": "errored", "message": fmt.Sprint(fault)}
		}
		answered["id"] = request["id"]
	}()
	switch op := request["op"]; op {
	case "hello":
		return hello(request)
	case "encode":
		return encode(request)
	case "decode":
		return decode(request)
	case "digest":
		return digest(request)
	case "define":
		return define(request)
	case "run":
		return run(request, wire)
	default:
		return Message{"outcome": "errored", "message": fmt.Sprintf("unknown request %v", op)}
	}
}

// hello says who this is and what it claims. What is claimed is judged, so begin with little.
func hello(request Message) Message {
	if request["protocol"] != "1.0" {
		return Message{"outcome": "errored", "message": "this driver speaks protocol 1.0"}
	}
	return Message{
		"outcome":  "hello",
		"name":     "my-port",
		"version":  "0.0.0",
		"language": "go",
		"spec":     []string{"1.0"},
		"profiles": []string{"core"},
		"forms":    []string{"named"}, // a task is defined by a name and a function
		"modes":    []string{"sync"},  // "async" as soon as a scope can have branches (chapter 13)
		"savers":   []string{"runner"},
	}
}
