// The Transformer as decoding sees it: every layer's keys and values of the words so far stay on the device.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <heed/backends/executable.h>
#include <heed/models/decoding/next_words.h>
#include <heed/models/decoding/step_model.h>
#include <heed/models/transformer/transformer.h>

namespace heed {

// Executables that meet in the cache variables: the encoder's, run once for each batch; the step's, run once
// for each word; and those that bring the caches' rows into another order. Models of one configuration on the
// same `variables` share caches of the same size, so only one of them is in use at a time.
class TransformerSteps final : public StepModel {
 public:
  // `variables` holds the parameters.
  TransformerSteps(const TransformerConfig& config, const DecodingShape& shape, Variables& variables);

  void encode(const Array& source, const Array& lengths) override;
  void reorder(const Array& parents, std::int64_t position) override;
  void take_over(StepModel& other, const Array& sentences, const Array& parents) override;
  Scores step(const Array& words, const Array& forced, std::int64_t position) override;

 private:
  struct Move {  // of the caches' rows
    std::unique_ptr<Graph> graph;
    Tensor places, sentences;
    std::unique_ptr<Executable> executable;
  };

  std::vector<Transformer::LayerCache> caches(Graph& graph, const DecodingShape& shape) const;
  void build_encoder();
  void build_step();
  void keep_all_in_own_rows();
  Array places_of(const Array& rows) const;
  Move build_take_over(const DecodingShape& from) const;

  TransformerConfig config_;
  DecodingShape shape_;
  Variables& variables_;
  Array lengths_;     // of the sources, [B]
  Array cache_rows_;  // [B * K, L]: hypotheses change places here, and their keys and values stay where they
                      // are

  Graph encode_graph_, step_graph_;
  Tensor encode_source_, encode_lengths_;
  Tensor words_, forced_, position_, step_cache_rows_, step_lengths_;
  NextWords next_;
  Tensor weights_;
  std::unique_ptr<Executable> encode_, step_;
  std::map<DecodingShape, Move> take_overs_;  // by where they come from
};

}  // namespace heed
