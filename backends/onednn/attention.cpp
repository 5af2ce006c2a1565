// A head's queries are taken in tiles; of each tile's scores only the columns of visible keys are computed.
#include <optional>

#include <heed/backends/onednn/attention.h>
#include <heed/backends/onednn/attention_rows.h>
#include <heed/backends/onednn/attention_step.h>
#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/gemv.h>
#include <heed/backends/onednn/sgemm.h>

namespace heed::onednn {

namespace {

constexpr std::int64_t tile_queries = 64;
constexpr std::int64_t small_scores = 16384;  // a head whose scores are no more is one tile

struct Geometry {
  std::int64_t batch, queries, keys, heads, size;
  std::int64_t tile;  // queries in one
  float scale;
  bool causal;

  Geometry(const host::KernelRequest& request, double scale, bool causal)
      : batch(request.inputs[0].type.shape[0]),
        queries(request.inputs[0].type.shape[1]),
        keys(request.inputs[1].type.shape[1]),
        heads(request.inputs[0].type.shape[2]),
        size(request.inputs[0].type.shape[3]),
        tile(queries * keys <= small_scores ? queries : tile_queries),
        scale(static_cast<float>(scale)),
        causal(causal) {}

  std::int64_t row() const { return heads * size; }  // from one position to the next
  std::int64_t tiles() const { return queries == 0 ? 0 : ceil_div(queries, tile); }
  std::int64_t scores_per_tile() const { return (tile * keys + 15) / 16 * 16; }
  std::int64_t query_at(std::int64_t b, std::int64_t t, std::int64_t h) const {
    return ((b * queries + t) * heads + h) * size;
  }
  std::int64_t key_at(std::int64_t b, std::int64_t s, std::int64_t h) const {
    return ((b * keys + s) * heads + h) * size;
  }
  std::int64_t statistic_at(std::int64_t b, std::int64_t t, std::int64_t h) const {
    return (b * heads + h) * queries + t;
  }
  // Heads or tiles taken as one piece, where they are small.
  std::int64_t group() const {
    return std::max<std::int64_t>(1, 131072 / std::max<std::int64_t>(1, tile * keys * size));
  }
};

// One tile of queries of one head.
struct Tile {
  std::int64_t b, h, first, count;
  std::int64_t length;  // keys that the lengths leave
  std::int64_t width;   // keys that some query of the tile sees
  bool causal;

  std::int64_t visible(std::int64_t i) const { return causal ? std::min(length, first + i + 1) : length; }
};

Tile tile_of(const Geometry& g, const std::int32_t* lengths, std::int64_t head, std::int64_t index) {
  Tile tile{head / g.heads, head % g.heads, index * g.tile, 0, g.keys, 0, g.causal};
  tile.count = std::min(g.tile, g.queries - tile.first);
  if (lengths) tile.length = std::clamp<std::int64_t>(lengths[tile.b], 0, g.keys);
  tile.width = tile.visible(tile.count - 1);
  return tile;
}

// scale * q . k for the tile's queries and all keys that one of them sees: [count, width].
void compute_scores(const Geometry& g, const Tile& tile, const float* q, const float* k, float* scores) {
  const float* queries = q + g.query_at(tile.b, tile.first, tile.h);
  const float* keys = k + g.key_at(tile.b, 0, tile.h);
  sgemm({tile.count, tile.width, g.size}, g.scale, {queries, g.row()}, {keys, g.row(), true}, 0, scores,
        std::max<std::int64_t>(1, tile.width));
}

struct Forward {
  const float *q, *k, *v;
  const std::int32_t* lengths;
  float *result, *log_sum_exp;  // null: nobody reads it

  void run_tile(const Geometry& g, const Tile& tile, float* scores) const {
    compute_scores(g, tile, q, k, scores);
    float* out = result ? result + g.query_at(tile.b, tile.first, tile.h) : nullptr;
    for (std::int64_t i = 0; i < tile.count; ++i) {
      const RowNorm norm = raise_scores({scores + i * tile.width, tile.visible(i), tile.width});
      if (log_sum_exp) log_sum_exp[g.statistic_at(tile.b, tile.first + i, tile.h)] = norm.log_sum_exp;
      scale_row(scores + i * tile.width, tile.visible(i), norm.inverse);
    }
    if (!out) return;
    const float* values = v + g.key_at(tile.b, 0, tile.h);
    sgemm({tile.count, g.size, tile.width}, 1, {scores, std::max<std::int64_t>(1, tile.width)},
          {values, g.row()}, 0, out, g.row());
  }
};

struct Backward {
  const float *q, *k, *v, *result, *log_sum_exp, *gradient;
  const std::int32_t* lengths;
  float *grad_q, *grad_k, *grad_v;  // null: nobody reads it

  // Keys that no query sees get no gradient; later tiles add to what the first one writes.
  void clear_unseen(const Geometry& g, std::int64_t head, std::int64_t first) const {
    for (float* grad : {grad_k, grad_v}) {
      if (!grad) continue;
      for (std::int64_t s = first; s < g.keys; ++s) {
        std::fill_n(grad + g.key_at(head / g.heads, s, head % g.heads), g.size, 0.0f);
      }
    }
  }

  // Scores become weights, and what came back for the weights becomes what goes back to the scores.
  void run_rows(const Geometry& g, const Tile& tile, float* scores, float* grads) const {
    for (std::int64_t i = 0; i < tile.count; ++i) {
      const std::int64_t at = g.query_at(tile.b, tile.first + i, tile.h);
      float shared = 0;
      multiply_rows({gradient + at, g.row(), 1, g.size}, result + at, &shared);
      const float lse = log_sum_exp[g.statistic_at(tile.b, tile.first + i, tile.h)];
      differentiate_scores({scores + i * tile.width, tile.visible(i), tile.width},
                           {grads + i * tile.width, lse, shared, g.scale});
    }
  }

  void run_tile(const Geometry& g, const Tile& tile, float* scores) const {
    float* grads = scores + g.scores_per_tile();
    const std::int64_t width = std::max<std::int64_t>(1, tile.width);
    const std::int64_t query = g.query_at(tile.b, tile.first, tile.h);
    const std::int64_t key = g.key_at(tile.b, 0, tile.h);
    const float beta = tile.first == 0 ? 0.0f : 1.0f;
    compute_scores(g, tile, q, k, scores);
    sgemm({tile.count, tile.width, g.size}, 1, {gradient + query, g.row()}, {v + key, g.row(), true}, 0,
          grads, width);
    run_rows(g, tile, scores, grads);
    const ProductSize over_queries{tile.width, g.size, tile.count};
    if (grad_v) {
      sgemm(over_queries, 1, {scores, width, true}, {gradient + query, g.row()}, beta, grad_v + key, g.row());
    }
    if (grad_k)
      sgemm(over_queries, 1, {grads, width, true}, {q + query, g.row()}, beta, grad_k + key, g.row());
    if (grad_q) {
      sgemm({tile.count, g.size, tile.width}, 1, {grads, width}, {k + key, g.row()}, 0, grad_q + query,
            g.row());
    }
  }

  void run_head(const Geometry& g, std::int64_t head, float* scratch) const {
    const std::int64_t tiles = g.tiles();
    clear_unseen(g, head, tiles == 0 ? 0 : tile_of(g, lengths, head, 0).width);
    for (std::int64_t i = 0; i < tiles; ++i) run_tile(g, tile_of(g, lengths, head, i), scratch);
  }
};

}  // namespace

namespace {

bool accepts(const AttentionForm& form, Types inputs) {
  return inputs[0].dtype == DType::f32 && !form.bias && form.dropout == 0;
}

}  // namespace

bool accepts_attention(const Op& op, Types inputs, Types) {
  return accepts(static_cast<const Attention&>(op).form, inputs);
}

bool accepts_attention_grad(const Op& op, Types inputs, Types) {
  return accepts(static_cast<const AttentionGrad&>(op).form, inputs);
}

namespace {

// One query a row. `cached`: rows of the cache in which input 4 says where keys lie; without, each row has
// its own.
host::Kernel make_attention_step(const Geometry& g, bool has_lengths, std::optional<std::int64_t> cached,
                                 const host::KernelRequest& request) {
  const std::int64_t scores = (g.heads * g.keys + 15) / 16 * 16;
  return {[=](const host::KernelCall& call) {
            const auto* lengths = has_lengths ? call.input<std::int32_t>(3) : nullptr;
            const auto* rows = cached ? call.input<std::int32_t>(4) : nullptr;
            float* const result = call.output<float>(0);
            float* const log_sum_exp = cached ? nullptr : call.output<float>(1);
            const auto run = [&](std::int64_t begin, std::int64_t end, int worker) {
              for (std::int64_t b = begin; b < end; ++b) {
                const std::int64_t own = rows ? 0 : g.key_at(b, 0, 0);
                attend_step({.query = call.input<float>(0) + g.query_at(b, 0, 0),
                             .keys = call.input<float>(1) + own,
                             .values = call.input<float>(2) + own,
                             .visible = tile_of(g, lengths, b * g.heads, 0).width,
                             .heads = g.heads,
                             .size = g.size,
                             .rows = rows ? rows + b * g.keys : nullptr,
                             .cached = cached.value_or(0),
                             .length = g.keys,
                             .scale = g.scale,
                             .scores = reinterpret_cast<float*>(call.scratch) + worker * scores,
                             .result = result ? result + g.query_at(b, 0, 0) : nullptr,
                             .log_sum_exp = log_sum_exp ? log_sum_exp + b * g.heads : nullptr});
              }
            };
            for_ranges(call.pool, g.batch, rows_per_piece(g.keys * g.row()), run);
          },
          request.threads * scores * 4};
}

}  // namespace

host::Kernel make_attention(const Attention& op, const host::KernelRequest& request) {
  const Geometry g(request, op.form.scale, op.form.causal);
  const bool has_lengths = op.form.lengths;
  if (g.queries == 1) return make_attention_step(g, has_lengths, {}, request);
  return {[=](const host::KernelCall& call) {
            const Forward forward{call.input<float>(0),  call.input<float>(1),
                                  call.input<float>(2),  has_lengths ? call.input<std::int32_t>(3) : nullptr,
                                  call.output<float>(0), call.output<float>(1)};
            const std::int64_t tiles = g.tiles();
            for_ranges(call.pool, g.batch * g.heads * tiles, g.group(),
                       [&](std::int64_t begin, std::int64_t end, int worker) {
                         float* scratch =
                             reinterpret_cast<float*>(call.scratch) + worker * g.scores_per_tile();
                         for (std::int64_t i = begin; i < end; ++i) {
                           forward.run_tile(g, tile_of(g, forward.lengths, i / tiles, i % tiles), scratch);
                         }
                       });
          },
          request.threads * g.scores_per_tile() * 4};
}

bool accepts_cached_attention(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32;
}

host::Kernel make_cached_attention(const CachedAttention& op, const host::KernelRequest& request) {
  return make_attention_step(Geometry(request, op.scale, false), true, request.inputs[1].type.shape[0],
                             request);
}

host::Kernel make_attention_grad(const AttentionGrad& op, const host::KernelRequest& request) {
  const Geometry g(request, op.form.scale, op.form.causal);
  const bool has_lengths = op.form.lengths;
  return {[=](const host::KernelCall& call) {
            const Backward backward{call.input<float>(0),
                                    call.input<float>(1),
                                    call.input<float>(2),
                                    call.input<float>(3),
                                    call.input<float>(4),
                                    call.input<float>(5),
                                    has_lengths ? call.input<std::int32_t>(6) : nullptr,
                                    call.output<float>(0),
                                    call.output<float>(1),
                                    call.output<float>(2)};
            for_ranges(call.pool, g.batch * g.heads, g.group(),
                       [&](std::int64_t begin, std::int64_t end, int worker) {
                         float* scratch =
                             reinterpret_cast<float*>(call.scratch) + worker * 2 * g.scores_per_tile();
                         for (std::int64_t head = begin; head < end; ++head)
                           backward.run_head(g, head, scratch);
                       });
          },
          request.threads * 2 * g.scores_per_tile() * 4};
}

}  // namespace heed::onednn
