#include <cmath>

#include <fmt/format.h>

#include <heed/models/attention/multi_head.h>
#include <heed/models/layers.h>
#include <heed/ops/attention.h>
#include <heed/ops/cached_attention.h>
#include <heed/ops/matmul.h>
#include <heed/ops/views.h>

namespace heed {

MultiHeadAttention::MultiHeadAttention(Graph& graph, const std::string& name, const MultiHeadOptions& options,
                                       Where where)
    : scope_(scope_of_layer(name)), width_(options.width), heads_(options.heads) {
  if (heads_ < 1 || width_ % heads_ != 0) {
    throw Error(fmt::format("{}: a width of {} cannot be split into {} heads of equal size\n  at {}", name,
                            width_, heads_, describe(where)));
  }
  const auto matrix = [&](const char* part) {
    return weight_matrix(graph, name + "/" + part, width_, width_, options.dtype, where);
  };
  query_ = matrix("query");
  key_ = matrix("key");
  value_ = matrix("value");
  output_ = matrix("output");
}

Tensor MultiHeadAttention::split_heads(Tensor x) const {
  return reshape(x, {x.shape()[0], x.shape()[1], heads_, width_ / heads_});
}

double MultiHeadAttention::scale() const {
  return 1 / std::sqrt(static_cast<double>(width_ / heads_));
}

MultiHeadAttention::KeysValues MultiHeadAttention::project(Tensor memory, Where where) const {
  Graph& graph = memory.graph();
  const auto origin = graph.at(where);
  const auto scope = graph.scope(scope_);
  return {graph.name(split_heads(matmul(memory, key_)), "keys"),
          graph.name(split_heads(matmul(memory, value_)), "values")};
}

MultiHeadAttention::Result MultiHeadAttention::operator()(Tensor x, const KeysValues& memory,
                                                          const Visible& visible, Where where) const {
  Graph& graph = x.graph();
  const auto origin = graph.at(where);
  const auto scope = graph.scope(scope_);
  const Tensor queries = graph.name(split_heads(matmul(x, query_)), "queries");
  if (visible.cache_rows) {
    const Tensor result =
        cached_attention(queries, memory.keys, memory.values,
                         {.scale = scale(), .lengths = visible.key_lengths, .rows = visible.cache_rows});
    return {graph.name(matmul(reshape(result, x.shape()), output_), "attended"), queries, {}};
  }
  const auto [result, lse] =
      attention(queries, memory.keys, memory.values,
                {.scale = scale(), .causal = visible.causal, .key_lengths = visible.key_lengths});
  return {graph.name(matmul(reshape(result, x.shape()), output_), "attended"), queries, lse};
}

Tensor MultiHeadAttention::weights(const Result& result, const KeysValues& memory, const Visible& visible,
                                   Where where) const {
  Graph& graph = memory.keys.graph();
  const auto origin = graph.at(where);
  const auto scope = graph.scope(scope_);
  return graph.name(
      attention_weights(result.queries, memory.keys, result.log_sum_exp,
                        {.scale = scale(), .causal = visible.causal, .key_lengths = visible.key_lengths}),
      "weights");
}

}  // namespace heed
