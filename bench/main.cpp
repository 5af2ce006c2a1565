// heed-bench: measures what the trainer does, on the trainer's own executables. Here are its flags; only this
// file knows CLI11, which takes long to compile.
#include <cstdio>
#include <exception>
#include <memory>

#include "commands.h"
#include <CLI/CLI.hpp>

#include <heed/graph/error.h>
#include <heed/models/model_config.h>

namespace heed::bench {

namespace {

// What a benchmark can be asked for: the fewest words of a vocabulary, and precisions.
struct ModelLimits {
  std::int64_t fewest_words = 8;
  std::vector<std::string> precisions = {"f32"};
};

void add_model_flags(CLI::App& command, ModelFlags& flags, const ModelLimits& limits) {
  command
      .add_option("--preset", flags.preset, "Of the Transformer tiny, small, base; of others small, medium")
      ->capture_default_str();
  command.add_option("--vocab", flags.vocabulary)
      ->check(CLI::Range(limits.fewest_words, std::int64_t{10000000}))
      ->capture_default_str();
  command.add_option("--precision", flags.precision)
      ->check(CLI::IsMember(limits.precisions))
      ->capture_default_str();
  command.add_option("--backend", flags.backend);
  command.add_option("--threads", flags.threads)->check(CLI::PositiveNumber);
  command.add_flag("--json", flags.json);
}

void add_compile(CLI::App& app) {
  auto flags = std::make_shared<CompileFlags>();
  CLI::App* command = app.add_subcommand("compile", "Compiling training graphs of growing size");
  command->add_option("--nodes", flags->nodes, "Sizes of the graphs")->check(CLI::PositiveNumber);
  command->add_option("--backend", flags->backend);
  command->add_option("--repetitions", flags->repetitions)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_flag("--json", flags->json);
  command->callback([flags] { compile_graphs(*flags); });
}

void add_decode(CLI::App& app) {
  auto flags = std::make_shared<DecodeFlags>();
  CLI::App* command = app.add_subcommand("decode", "Translating a batch of sentences");
  add_model_flags(*command, *flags, {});
  command->add_option("--model", flags->model)->check(CLI::IsMember(model_names()))->capture_default_str();
  command->add_option("--batch", flags->sentences, "Sentences")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--src", flags->source_length, "Words a source sentence, its end counted")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--tgt", flags->target_length, "Words a translation; at least --src")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--beam", flags->beam, "Hypotheses a sentence; 1 is greedy")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--repetitions", flags->repetitions)->check(CLI::PositiveNumber)->capture_default_str();
  command->callback([flags] { decode(*flags); });
}

void add_ops(CLI::App& app) {
  auto flags = std::make_shared<OpsFlags>();
  CLI::App* command = app.add_subcommand("ops", "Each kind of training step alone, at a preset's shapes");
  add_model_flags(*command, *flags, {.fewest_words = 16, .precisions = {"f32", "bf16", "f16"}});
  command->add_option("--batch", flags->batch, "Sentences")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--length", flags->length, "Words a sentence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--square", flags->square, "Also a product of matrices of so many rows and columns")
      ->check(CLI::PositiveNumber);
  command->add_option("--repetitions", flags->repetitions)->check(CLI::PositiveNumber)->capture_default_str();
  command->callback([flags] { measure_ops(*flags); });
}

void add_train(CLI::App& app) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = app.add_subcommand("train", "One training step of a model");
  add_model_flags(*command, *flags, {.precisions = {"f32", "bf16", "f16"}});
  command->add_option("--model", flags->model)->check(CLI::IsMember(model_names()))->capture_default_str();
  command->add_option("--batch", flags->shape.rows, "Sentences")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--src", flags->shape.source_length, "Words a source sentence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--tgt", flags->shape.target_length, "Words a target sentence")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--steps", flags->steps, "Measured steps")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--profile", flags->profile, "Also print the share of time by kind of step");
  command->add_option("--trace", flags->trace, "Write the timed steps to this file, as a Chrome trace");
  command->callback([flags] { train(*flags); });
}

void add_commands(CLI::App& app) {
  add_compile(app);
  add_decode(app);
  add_ops(app);
  add_train(app);
}

}  // namespace

}  // namespace heed::bench

namespace {

// Standard error may be full or closed; then the exit status says it alone.
int fail(const char* kind, const std::exception& error) noexcept {
  std::fprintf(stderr, "heed-bench: %s%s\n", kind, error.what());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures heed's speed.", "heed-bench");
  app.require_subcommand(1);
  heed::bench::add_commands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const heed::Error& error) {
    return fail("", error);
  } catch (const std::exception& error) {
    return fail("unexpected: ", error);
  }
  return 0;
}
