// A trained model laid open: every tensor between a sentence and the scores of its translation, by name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <heed/backends/variables.h>
#include <heed/graph/names.h>
#include <heed/models/model_config.h>

namespace heed {

// The graph of one sentence: its source of S tokens is encoded, and its translation of T tokens decoded at
// once, each word seeing the true words before it. Inputs: source [1, S], x </s>; source_lengths [1];
// target_input [1, T], <s> y. The scores of the next words are called logits, [1, T, V]. The weights of every
// attention are there too: attention/weights [1, T, S]; of a Transformer encoder/0/self/weights,
// decoder/0/self/weights, decoder/0/cross/weights and so on, [1, h, T, S]. The states of both sides are those
// of TranslationModel::states(). Nothing is dropped out.
class SentenceGraph {
 public:
  // Lengths count </s> and <s>.
  SentenceGraph(const ModelConfig& config, std::int64_t source_length, std::int64_t target_length);

  Graph& graph() { return *graph_; }
  const TensorNames& names() const { return *names_; }
  Tensor logits() const { return logits_; }
  const Tensors& attention_weights() const { return attention_weights_; }
  const TranslationModel::States& states() const { return states_; }

  // Values of the tensors that were asked for, for tokens as the inputs hold them. `variables` holds the
  // parameters. Throws Error where `fetches` or the tokens do not fit the graph.
  std::vector<Array> values(std::span<const Tensor> fetches, std::span<const std::int32_t> source,
                            std::span<const std::int32_t> target_input, Variables& variables);

 private:
  std::unique_ptr<Graph> graph_;
  std::unique_ptr<TensorNames> names_;
  Tensor source_, source_lengths_, target_input_, logits_;
  Tensors attention_weights_;
  TranslationModel::States states_;
};

struct SentenceValues {
  std::vector<std::string> source, target;             // the pieces behind the S and T positions
  std::vector<std::pair<std::string, Array>> tensors;  // by whole name, each once, as asked for
};

// The tensors that `names` mean, as graph/names.h explains, while the checkpoint at `path` (or the best one
// of the run there) reads `source` and is given `target` word by word: by default, the translation that it
// finds itself, greedily. Throws Error for an unknown or ambiguous name, and for a source that is empty, too
// long, or not UTF-8; `list` says in messages where all names can be seen.
SentenceValues fetch_tensors(const std::string& path, std::span<const std::string> names,
                             const std::string& source, const std::optional<std::string>& target,
                             std::shared_ptr<Backend> backend, std::string_view list = "to_text(graph)");

}  // namespace heed
