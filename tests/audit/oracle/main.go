// An independent judge of the audit log's proofs: Go's own transparency log and signed notes.
//
// Reads what Python made from standard input, checks all of it, and writes what it would have made itself.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	From  int64    `json:"from"`
	Size  int64    `json:"size"`
	Steps []string `json:"steps"`
}

type input struct {
	Leaves      []string `json:"leaves"`
	Roots       []string `json:"roots"`
	Inclusion   []proof  `json:"inclusion"`
	Consistency []proof  `json:"consistency"`
	Signer      string   `json:"signer"`
	Verifier    string   `json:"verifier"`
	Text        string   `json:"text"`
	Note        string   `json:"note"`
}

type output struct {
	Wrong       []string `json:"wrong"`
	Roots       []string `json:"roots"`
	Inclusion   []proof  `json:"inclusion"`
	Consistency []proof  `json:"consistency"`
	Note        string   `json:"note"`
}

type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = s[index]
	}
	return found, nil
}

func hash(text string) tlog.Hash {
	var found tlog.Hash
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != sha256.Size {
		panic("not a hash: " + text)
	}
	copy(found[:], raw)
	return found
}

func hashes(texts []string) []tlog.Hash {
	found := []tlog.Hash{}
	for _, text := range texts {
		found = append(found, hash(text))
	}
	return found
}

func told(hashes []tlog.Hash) []string {
	found := []string{}
	for _, one := range hashes {
		found = append(found, hex.EncodeToString(one[:]))
	}
	return found
}

func main() {
	var in input
	out := output{Wrong: []string{}, Roots: []string{}}
	check := func(what string, err error) {
		if err != nil {
			out.Wrong = append(out.Wrong, fmt.Sprintf("%s: %v", what, err))
		}
	}
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	var log stored
	leaves := hashes(in.Leaves)
	for n, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, log)
		check("storing", err)
		log = append(log, more...)
		root, err := tlog.TreeHash(int64(n+1), log)
		check("root", err)
		out.Roots = append(out.Roots, hex.EncodeToString(root[:]))
	}
	for _, p := range in.Inclusion {
		root := hash(in.Roots[p.Size-1])
		check(fmt.Sprintf("inclusion %d in %d", p.From, p.Size), tlog.CheckRecord(hashes(p.Steps), p.Size, root, p.From, leaves[p.From]))
		own, err := tlog.ProveRecord(p.Size, p.From, log)
		check("proving inclusion", err)
		out.Inclusion = append(out.Inclusion, proof{p.From, p.Size, told(own)})
	}
	for _, p := range in.Consistency {
		check(fmt.Sprintf("consistency %d to %d", p.From, p.Size),
			tlog.CheckTree(hashes(p.Steps), p.Size, hash(in.Roots[p.Size-1]), p.From, hash(in.Roots[p.From-1])))
		own, err := tlog.ProveTree(p.Size, p.From, log)
		check("proving consistency", err)
		out.Consistency = append(out.Consistency, proof{p.From, p.Size, told(own)})
	}
	verifier, err := note.NewVerifier(in.Verifier)
	check("verifier key", err)
	opened, err := note.Open([]byte(in.Note), note.VerifierList(verifier))
	check("note", err)
	if err == nil && opened.Text != in.Text {
		check("note", fmt.Errorf("another text"))
	}
	signer, err := note.NewSigner(in.Signer)
	check("signing key", err)
	signed, err := note.Sign(&note.Note{Text: in.Text}, signer)
	check("signing", err)
	out.Note = string(signed)
	json.NewEncoder(os.Stdout).Encode(out)
}
