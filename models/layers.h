// Layers: variables and the ops on them, under one name, whose last part is a scope of the ops when they are
// applied: the ops of a layer "encoder/0/inner" that is called in the scope encoder/0 are encoder/0/inner/...
// Weights are [in, out]: y = x W + b.
#pragma once

#include <string>

#include <heed/graph/graph.h>

namespace heed {

// The gain and bias of a layer normalisation over the last axis, under NAME/gain and NAME/bias.
class NormLayer {
 public:
  NormLayer(Graph& graph, const std::string& name, std::int64_t width, double epsilon,
            DType dtype = DType::f32, Where where = Where::current());
  Tensor operator()(Tensor x, Where where = Where::current()) const;  // [..., width] -> [..., width]

 private:
  std::string scope_;
  Tensor gain_, bias_;
  double epsilon_;
};

// y = x W + b under NAME_weight and NAME_bias, Glorot-uniform and zero at first.
class Linear {
 public:
  Linear(Graph& graph, const std::string& name, std::int64_t in, std::int64_t out, DType dtype = DType::f32,
         Where where = Where::current());
  Tensor operator()(Tensor x, Where where = Where::current()) const;  // [..., in] -> [..., out]

 private:
  std::string scope_;
  Tensor weight_, bias_;
};

// Vaswani et al. 2017, section 3.3: max(0, x W1 + b1) W2 + b2.
class FeedForward {
 public:
  FeedForward(Graph& graph, const std::string& name, std::int64_t width, std::int64_t inner,
              DType dtype = DType::f32, Where where = Where::current());
  Tensor operator()(Tensor x, Where where = Where::current()) const;  // [..., width] -> [..., width]

 private:
  std::string scope_;
  Linear inner_, outer_;
};

// The last part of a layer's name: "self" of "encoder/0/self".
std::string scope_of_layer(const std::string& name);

// A Glorot-uniform matrix [in, out].
Tensor weight_matrix(Graph& graph, const std::string& name, std::int64_t in, std::int64_t out, DType dtype,
                     Where where = Where::current());

}  // namespace heed
