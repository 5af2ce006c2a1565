// One training step of a tiny Transformer against the numbers PyTorch gave: golden/make_transformer.py.
#include <cmath>

#include <doctest/doctest.h>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/models/training/optimizer.h>
#include <heed/models/training/safetensors.h>
#include <heed/models/transformer/transformer.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/reduce.h>

using namespace heed;

namespace {

constexpr double tolerance = 1e-10;

const TransformerConfig config{.vocabulary = 23,
                               .width = 8,
                               .feed_forward = 16,
                               .heads = 2,
                               .encoder_layers = 2,
                               .decoder_layers = 2,
                               .dropout = 0,
                               .norm_epsilon = 1e-6,
                               .dtype = DType::f64};

const TensorFile& golden() {
  static const TensorFile file = read_safetensors(HEED_SOURCE_DIR "/tests/golden/transformer.safetensors");
  return file;
}

std::string name_of_variable(const Tensor& variable) {
  const std::string text = describe(variable);
  return text.substr(0, text.find(' '));
}

void check_golden(const Array& values, const std::string& name) {
  CAPTURE(name);
  const Array& expected = golden().tensors.at(name);
  REQUIRE(values.type() == expected.type());
  for (std::int64_t i = 0; i < values.elements(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(values.number(i) - expected.number(i)) < tolerance);
  }
}

// The model with its loss, gradients and first update, in float64 on the reference backend.
struct FirstStep {
  Graph graph;
  Variables variables{open_backend("reference")};
  Transformer model{graph, config};
  Tensors fed, parameters, slopes;
  Tensor memory, logits, losses, loss, norm;
  Updates updates;

  Tensor feed(const std::string& name) {
    const TensorType& type = golden().tensors.at(name).type();
    fed.push_back(graph.input(name, type.dtype, type.shape));
    return fed.back();
  }

  FirstStep() {
    parameters = graph.variables();
    for (const Tensor& parameter : parameters) {
      const std::string name = name_of_variable(parameter);
      variables.set(name, golden().tensors.at("parameter/" + name));
    }
    const Tensor lengths = feed("source_lengths");
    memory = model.encode(feed("source"), lengths);
    logits = model.logits(model.decode(feed("target_input"), memory, lengths));
    losses = cross_entropy(logits, feed("target_output"), 0.1);
    const Tensor weights = feed("weights");
    loss = sum(weights * losses) / sum(weights);
    slopes = gradients(loss, parameters);
    const ClippedGradients clipped = clip_by_global_norm(slopes, 1);
    norm = clipped.norm;
    updates = adam(parameters, clipped.gradients,
                   {.fixed_rate = 1e-3, .coefficients = {.beta1 = 0.9, .beta2 = 0.98, .epsilon = 1e-9}});
  }

  Executable run(const Tensors& fetches) {
    Executable executable = compile(fetches, updates, variables);
    std::vector<Executable::FeedRef> feeds;
    for (const Tensor& input : fed) {
      feeds.push_back({input, golden().tensors.at(name_of_variable(input))});
    }
    executable.run(feeds);
    return executable;
  }
};

}  // namespace

TEST_CASE("the golden file holds exactly the model's parameters") {
  FirstStep step;
  std::size_t held = 0;
  for (const auto& [name, values] : golden().tensors) held += name.starts_with("parameter/");
  CHECK(step.parameters.size() == held);
}

TEST_CASE("a Transformer computes what PyTorch computes, layer by layer") {
  FirstStep step;
  const Tensor encoded = step.model.encoder_layers()[0], decoded = step.model.decoder_layers()[0];
  const Executable executable =
      step.run({encoded, step.memory, decoded, step.logits, step.losses, step.loss, step.norm});
  check_golden(executable.value(encoded), "encoder_layer_0");
  check_golden(executable.value(step.memory), "memory");
  check_golden(executable.value(decoded), "decoder_layer_0");
  check_golden(executable.value(step.logits), "logits");
  check_golden(executable.value(step.losses), "losses");
  check_golden(executable.value(step.loss), "loss");
  check_golden(executable.value(step.norm), "gradient_norm");
}

TEST_CASE("a Transformer's gradients are those PyTorch computes") {
  FirstStep step;
  const Executable executable = step.run(step.slopes);
  for (std::size_t i = 0; i < step.parameters.size(); ++i) {
    check_golden(executable.value(step.slopes[i]), "gradient/" + name_of_variable(step.parameters[i]));
  }
}

TEST_CASE("a Transformer's first Adam step is the one PyTorch computes") {
  FirstStep step;
  step.run({step.loss});
  for (const Tensor& parameter : step.parameters) {
    const std::string name = name_of_variable(parameter);
    check_golden(step.variables.get(name), "updated/" + name);
  }
}
