// A translation model in one graph, as trainer, decoder and inspector see it.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

class TranslationModel {
 public:
  virtual ~TranslationModel() = default;

  // Teacher forcing: each word is scored by the true words before it. All of i32: source [B, S], each row's
  // words and </s>, then padding; source_lengths [B]; target_input [B, T], <s> and the words. -> scores of
  // the words [B, T, V], before normalisation, named logits.
  virtual Tensor scores(Tensor source, Tensor source_lengths, Tensor target_input,
                        Where where = Where::current()) = 0;

  // The weights of every attention of the last scores(), to be looked at, as tensors whose names end in
  // "weights": [B, h, T, S] for h heads, [B, T, S] for attention without heads. Each call makes them anew
  // where the model does not need them itself; none for a model without attention.
  virtual Tensors attention_weights(Where where = Where::current()) = 0;

  // Vectors of the last scores(), to be looked at.
  struct States {
    Tensor encoder;   // [B, S, *]: what stands for each source token
    Tensor decoder;   // [B, T, *]: of each step, what its word is scored with
    Tensor contexts;  // [B, T, *]: what each step saw of the source
    Tensor scores;    // [B, T, S]: what the softmax of its attention was given
    // The last two name nothing where that is no one vector, or where there is no attention.
  };
  virtual States states(Where where = Where::current()) = 0;
};

// A model whose decoder has a state of fixed size, so that it can be stepped with what the last step left.
class RecurrentModel : public TranslationModel {
 public:
  // A batch of B sentences, read.
  struct Encoded {
    Tensors memory;  // what the decoder looks at, [B, ...] each
    Tensors state;   // the decoder's before the first word, [B, ...] each
  };
  virtual Encoded encode(Tensor source, Tensor source_lengths, Where where = Where::current()) = 0;

  // The same memory, and the states of K hypotheses for each sentence, [B * K, ...] each.
  struct StepInputs {
    Tensor words;           // [B * K] of i32: the last word of each, <s> at first
    Tensor position;        // words before it, a scalar of i32
    Tensor source_lengths;  // [B] of i32
    Tensors memory, state;
  };
  struct StepResult {
    Tensors state;   // after the step, as the inputs'
    Tensor scores;   // [B * K, V]
    Tensor weights;  // [B, K, S]: what was attended to; names nothing in a model without attention
  };
  virtual StepResult step(const StepInputs& inputs, Where where = Where::current()) = 0;
};

}  // namespace heed
