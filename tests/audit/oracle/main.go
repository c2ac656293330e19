// The other implementation: Go's sumdb/note and sumdb/tlog make proofs for us to check (`oracle make`), and check
// proofs that we made (`oracle check`, JSON on standard input; exit code 1 and the reason where they do not hold).
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const skey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"

type Inclusion struct {
	Index, Size int64
	Proof       [][]byte
}

type Consistency struct {
	Old, Size int64
	Proof     [][]byte
}

// Leaf n of every tree is the text "leaf n".
type Vectors struct {
	Vkey        string
	Text, Note  string
	Roots       [][]byte
	Tiles       map[string][]byte
	Inclusion   []Inclusion
	Consistency []Consistency
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, h[i])
	}
	return out, nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func raw(proof []tlog.Hash) [][]byte {
	out := [][]byte{}
	for _, h := range proof {
		out = append(out, append([]byte{}, h[:]...))
	}
	return out
}

func list(proof [][]byte) []tlog.Hash {
	var out []tlog.Hash
	for _, b := range proof {
		var h tlog.Hash
		copy(h[:], b)
		out = append(out, h)
	}
	return out
}

func build(size int64) (hashes, []tlog.Hash) {
	var store hashes
	var roots []tlog.Hash
	for n := int64(0); n < size; n++ {
		more, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("leaf %d", n)), store)
		must(err)
		store = append(store, more...)
		root, err := tlog.TreeHash(n+1, store)
		must(err)
		roots = append(roots, root)
	}
	return store, roots
}

func makeVectors() {
	store, roots := build(300)
	v := Vectors{Tiles: map[string][]byte{}}
	for _, size := range []int64{1, 2, 3, 5, 8, 13, 255, 256, 257, 300} {
		for _, index := range []int64{0, 1, 4, 7, 200, 255, 256, size - 1} {
			if index < size {
				p, err := tlog.ProveRecord(size, index, store)
				must(err)
				v.Inclusion = append(v.Inclusion, Inclusion{index, size, raw(p)})
			}
			if old := index + 1; old <= size {
				p, err := tlog.ProveTree(size, old, store)
				must(err)
				v.Consistency = append(v.Consistency, Consistency{old, size, raw(p)})
			}
		}
	}
	v.Roots = raw(roots)
	for _, t := range tlog.NewTiles(8, 0, 300) {
		b, err := tlog.ReadTileData(t, store)
		must(err)
		v.Tiles[fmt.Sprintf("%d/%d", t.L, t.N)] = b
	}
	signer, err := note.NewSigner(skey)
	must(err)
	v.Vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
	v.Text = string(tlog.FormatTree(tlog.Tree{N: 300, Hash: roots[299]}))
	signed, err := note.Sign(&note.Note{Text: v.Text}, signer)
	must(err)
	v.Note = string(signed)
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	must(out.Encode(v))
}

func checkVectors() {
	var v Vectors
	must(json.NewDecoder(os.Stdin).Decode(&v))
	roots := list(v.Roots)
	for _, p := range v.Inclusion {
		leaf := tlog.RecordHash([]byte(fmt.Sprintf("leaf %d", p.Index)))
		must(tlog.CheckRecord(list(p.Proof), p.Size, roots[p.Size-1], p.Index, leaf))
	}
	for _, p := range v.Consistency {
		must(tlog.CheckTree(list(p.Proof), p.Size, roots[p.Size-1], p.Old, roots[p.Old-1]))
	}
	verifier, err := note.NewVerifier(v.Vkey)
	must(err)
	opened, err := note.Open([]byte(v.Note), note.VerifierList(verifier))
	must(err)
	if opened.Text != v.Text {
		must(fmt.Errorf("another text"))
	}
	fmt.Println("ok")
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "make" {
		makeVectors()
	} else {
		checkVectors()
	}
}
