package proofs

import (
	"context"
	"errors"
	"fmt"

	"github.com/transparency-dev/merkle/compact"

	"quartermaster/models"
	"quartermaster/services/store"
)

// The log's nodes are kept in tiles, as in Go's checksum database: a tile holds 256
// neighbours of one level, and the seven levels above them are computed from these
// when they are asked for. A proof in a log of a million events reads three.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	tileLevels = 64 / tileHeight
)

type tileID struct {
	level int
	index int64
}

func (id tileID) key() string { return fmt.Sprintf("%d/%016d", id.level, id.index) }

// tileOf returns the tile that holds a node, or what it is computed from: the
// tile's hashes from first on, in number a power of two.
func tileOf(node compact.NodeID) (id tileID, first, width int) {
	inside := node.Level % tileHeight
	begin := node.Index << inside // among the nodes of the tile's own level
	return tileID{int(node.Level / tileHeight), int64(begin >> tileHeight)}, int(begin & (tileWidth - 1)), 1 << inside
}

// tileReader reads tiles for one answer, each once.
type tileReader struct {
	store store.Store
	tiles map[tileID]*models.LogTile
}

func (r *tileReader) nodes(ctx context.Context, ids []compact.NodeID) ([][]byte, error) {
	hashes := make([][]byte, len(ids))
	for i, id := range ids {
		var err error
		if hashes[i], err = r.node(ctx, id); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

func (r *tileReader) node(ctx context.Context, node compact.NodeID) ([]byte, error) {
	id, first, width := tileOf(node)
	tile := r.tiles[id]
	if tile == nil {
		var err error
		tile, err = store.Get[models.LogTile](ctx, r.store, store.LogTiles, id.key())
		if errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("proofs: tile %s of the log is missing", id.key())
		}
		if err != nil {
			return nil, err
		}
		if r.tiles == nil {
			r.tiles = map[tileID]*models.LogTile{}
		}
		r.tiles[id] = tile
	}
	if first+width > len(tile.Hashes) {
		return nil, fmt.Errorf("proofs: tile %s of the log ends before node %d", id.key(), first+width)
	}
	r0 := ranges.NewEmptyRange(0)
	for _, hash := range tile.Hashes[first : first+width] {
		if err := r0.Append(hash, nil); err != nil {
			return nil, err
		}
	}
	return r0.GetRootHash(nil)
}

// growth is the right edge of a log while it grows.
type growth struct {
	edge  *compact.Range
	tiles map[tileID]*growing
}

// growing is a tile that is not full yet; version is of what is stored, 0 for
// nothing.
type growing struct {
	models.LogTile
	version int64
	changed bool
}

// openGrowth reads the tiles at the right edge that are not full.
func openGrowth(ctx context.Context, s store.Store, head *models.LogHead) (*growth, error) {
	edge, err := rangeOf(head)
	if err != nil {
		return nil, err
	}
	g := &growth{edge: edge, tiles: map[tileID]*growing{}}
	for level := range tileLevels {
		nodes := head.Size >> (tileHeight * level)
		if nodes%tileWidth == 0 {
			continue
		}
		id := tileID{level, nodes / tileWidth}
		record, err := s.Get(ctx, store.LogTiles, id.key())
		if err != nil {
			return nil, fmt.Errorf("proofs: tile %s of the log: %w", id.key(), err)
		}
		tile, err := store.Decode[models.LogTile](record)
		if err != nil {
			return nil, err
		}
		if int64(len(tile.Hashes)) != nodes%tileWidth {
			return nil, fmt.Errorf("proofs: tile %s of the log holds %d hashes and not %d", id.key(), len(tile.Hashes), nodes%tileWidth)
		}
		g.tiles[id] = &growing{LogTile: *tile, version: record.Version}
	}
	return g, nil
}

// add appends a leaf.
func (g *growth) add(leaf []byte) error {
	return g.edge.Append(leaf, func(node compact.NodeID, hash []byte) {
		if node.Level%tileHeight != 0 {
			return
		}
		id, _, _ := tileOf(node)
		tile := g.tiles[id]
		if tile == nil {
			tile = &growing{LogTile: models.LogTile{Level: id.level, Index: id.index}}
			g.tiles[id] = tile
		}
		tile.Hashes = append(tile.Hashes, hash)
		tile.changed = true
	})
}

// changes returns what to write of the tiles since they were last written.
func (g *growth) changes() []store.Change {
	var changes []store.Change
	for id, tile := range g.tiles {
		if tile.changed {
			changes = append(changes, store.Change{In: store.LogTiles, ID: id.key(), Version: tile.version, Doc: &tile.LogTile})
		}
	}
	return changes
}

// written notes that changes are stored, and lets go of full tiles.
func (g *growth) written() {
	for id, tile := range g.tiles {
		if tile.changed {
			tile.version++
			tile.changed = false
		}
		if len(tile.Hashes) == tileWidth {
			delete(g.tiles, id)
		}
	}
}
