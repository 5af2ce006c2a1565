#include <heed/models/layers.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>

namespace heed {

std::string scope_of_layer(const std::string& name) {
  return name.substr(name.rfind('/') + 1);  // all of it where there is no slash
}

Tensor weight_matrix(Graph& graph, const std::string& name, std::int64_t in, std::int64_t out, DType dtype,
                     Where where) {
  return graph.variable(name, dtype, {in, out}, glorot_uniform(in, out), where);
}

NormLayer::NormLayer(Graph& graph, const std::string& name, std::int64_t width, double epsilon, DType dtype,
                     Where where)
    : scope_(scope_of_layer(name)),
      gain_(graph.variable(name + "/gain", dtype, {width}, ones(), where)),
      bias_(graph.variable(name + "/bias", dtype, {width}, zeros(), where)),
      epsilon_(epsilon) {}

Tensor NormLayer::operator()(Tensor x, Where where) const {
  const auto origin = x.graph().at(where);
  const auto scope = x.graph().scope(scope_);
  return layer_norm(x, gain_, bias_, epsilon_);
}

Linear::Linear(Graph& graph, const std::string& name, std::int64_t in, std::int64_t out, DType dtype,
               Where where)
    : scope_(scope_of_layer(name)),
      weight_(weight_matrix(graph, name + "_weight", in, out, dtype, where)),
      bias_(graph.variable(name + "_bias", dtype, {out}, zeros(), where)) {}

Tensor Linear::operator()(Tensor x, Where where) const {
  const auto origin = x.graph().at(where);
  const auto scope = x.graph().scope(scope_);
  return matmul(x, weight_) + bias_;
}

FeedForward::FeedForward(Graph& graph, const std::string& name, std::int64_t width, std::int64_t inner,
                         DType dtype, Where where)
    : scope_(scope_of_layer(name)),
      inner_(graph, name + "/inner", width, inner, dtype, where),
      outer_(graph, name + "/outer", inner, width, dtype, where) {}

Tensor FeedForward::operator()(Tensor x, Where where) const {
  const auto origin = x.graph().at(where);
  const auto scope = x.graph().scope(scope_);
  return outer_(relu(inner_(x)));
}

}  // namespace heed
