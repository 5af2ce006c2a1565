// A recurrent model as decoding sees it: what its decoder looks at, and the state of every hypothesis, stay
// on the device.
#pragma once

#include <map>
#include <memory>

#include <heed/backends/executable.h>
#include <heed/models/decoding/next_words.h>
#include <heed/models/decoding/step_model.h>
#include <heed/models/model_config.h>

namespace heed {

// Executables that meet in variables: the encoder's, run once for each batch; the step's, run once for each
// word; and those that bring hypotheses into another order. Models of one configuration on the same
// `variables` share those of the same size, so only one of them is in use at a time.
class RecurrentSteps final : public StepModel {
 public:
  // `variables` holds the parameters. Throws Error for a model that is not recurrent.
  RecurrentSteps(const ModelConfig& config, const DecodingShape& shape, Variables& variables);

  void encode(const Array& source, const Array& lengths) override;
  void reorder(const Array& parents, std::int64_t position) override;
  void take_over(StepModel& other, const Array& sentences, const Array& parents) override;
  Scores step(const Array& words, const Array& forced, std::int64_t position) override;

 private:
  struct Kept {  // in variables
    Tensors memory, state;
  };
  struct Move {  // of rows
    std::unique_ptr<Graph> graph;
    Tensor sentences, parents;
    std::unique_ptr<Executable> executable;
  };

  Kept kept_in(Graph& graph, const DecodingShape& shape) const;
  void build_encoder();
  void build_step();
  Move build_reorder() const;
  Move build_take_over(const DecodingShape& from) const;

  ModelConfig config_;
  DecodingShape shape_;
  Variables& variables_;
  std::vector<TensorType> memory_types_, state_types_;  // for one sentence, one hypothesis: [1, ...]
  Array lengths_;                                       // of the sources, [B]

  Graph encode_graph_, step_graph_;
  Tensor encode_source_, encode_lengths_;
  Tensor words_, forced_, position_, step_lengths_;
  NextWords next_;
  Tensor weights_;
  std::unique_ptr<Executable> encode_, step_;
  Move reorder_;                              // made when first needed
  std::map<DecodingShape, Move> take_overs_;  // by where they come from
};

}  // namespace heed
