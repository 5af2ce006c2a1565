// heed-translate: trains models on parallel text and translates with them. Flags and printing only; the work
// is done by the library, in the same way as a program of one's own would do it. Here are the flags of all
// commands but train.
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>

#include "command_line.h"
#include <fmt/format.h>

namespace heed::translate {

std::array<CLI::Option*, 3> add_backend_flags(CLI::App* command, BackendFlags& flags) {
  CLI::Option* name = command->add_option("--backend", flags.name, "What to run on (the fastest there is)");
  return {name,
          command->add_option("--backend-library", flags.library, "A shared library with what to run on")
              ->excludes(name),
          command->add_option("--threads", flags.threads, "CPU threads (all)")->check(CLI::PositiveNumber)};
}

namespace {

void add_decoding_flags(CLI::App* command, DecodingOptions& options) {
  command->add_option("--beam", options.beam, "Hypotheses kept for each sentence; 1 is greedy")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--length-penalty", options.length_penalty, "Alpha of the GNMT length penalty")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void add_bleu_flags(CLI::App* command, BleuFlags& flags) {
  command->add_option("--tokenize", flags.tokenizer, "Tokens of the score: 13a or none")
      ->check(CLI::IsMember({"13a", "none"}))
      ->capture_default_str();
  command->add_option("--smooth", flags.smoothing, "What unmatched n-grams count: exp, floor, add-k or none")
      ->check(CLI::IsMember({"exp", "floor", "add-k", "none"}))
      ->capture_default_str();
  command->add_flag("--lowercase", flags.lowercase, "Compare without regard to case");
}

void add_outputs(CLI::App* command, const std::shared_ptr<AttendFlags>& flags) {
  command->add_option("--out", flags->page, "Write a page that shows everything to this file, as HTML");
  command->add_option("--shown", flags->shown, "Sentences that the page shows; its averages are over all")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--svg", flags->svg, "Write the matrix of one sentence to this file, as a picture");
  command->add_flag("--text", flags->text, "Print the matrix (done where nothing else is asked for)");
  command->add_flag("--numbers", flags->numbers, "Print weights as numbers instead of shades");
  command->add_flag("--alignments", flags->alignments,
                    "Print each sentence's hard alignment: source-target by the largest weight, from 0");
  command->add_option(
      "--gold", flags->gold,
      "Print the alignment error rate against this file, and mark its links on the page: 0-0 is sure, "
      "0?1 possible");
  command->add_flag("--heads", flags->heads, "Print what each head does, on average over all sentences");
}

void add_view(CLI::App* command, const std::shared_ptr<AttendFlags>& flags) {
  command->add_option("--kind", flags->kind, "Attention shown: encoder-self, decoder-self or cross")
      ->capture_default_str();
  command->add_option("--layer", flags->layer, "Its layer, from 0 (the last)");
  command->add_option("--head", flags->head, "Its head, from 0 (the mean over heads)");
  command->add_option("--rows", flags->rows, "Rows are the words that steps write, output, or read, input")
      ->check(CLI::IsMember({"output", "input"}))
      ->capture_default_str();
  command->add_flag("--pieces", flags->pieces, "Show subwords instead of joining them into words");
}

void add_translate(CLI::App& app, int& status) {
  auto flags = std::make_shared<TranslateFlags>();
  CLI::App* command = app.add_subcommand("translate", "Translate standard input, line by line");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  add_backend_flags(command, flags->backend);
  add_decoding_flags(command, flags->decoding);
  command->add_option("--nbest", flags->decoding.best, "Print so many translations of a line, with scores")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI::Option* prefix =
      command->add_option("--prefix", flags->prefix, "What every translation must begin with");
  command->add_option("--prefixes", flags->prefix_file, "What each line's translation must begin with")
      ->excludes(prefix);
  command->callback([flags, &status] { status = translate(*flags); });
}

void add_test(CLI::App& app, int& status) {
  auto flags = std::make_shared<TestFlags>();
  CLI::App* command =
      app.add_subcommand("test", "Translate the built-in corpus's test set and count what is right");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  add_backend_flags(command, flags->backend);
  add_decoding_flags(command, flags->decoding);
  command->add_option("--show", flags->show, "Print so many translations beside their references");
  command->add_flag("--alignments", flags->alignments,
                    "Also print how often the attention finds the words that translate each other");
  command->callback([flags, &status] { status = test(*flags); });
}

void add_evaluate(CLI::App& app, int& status) {
  auto flags = std::make_shared<EvaluateFlags>();
  CLI::App* command = app.add_subcommand("evaluate", "Translate a test set and score it");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  command->add_option("--test", flags->test, "Test set: PREFIX.SOURCE and PREFIX.TARGET")->required();
  command->add_option("--output", flags->output, "Write the translations to this file, one a line");
  add_backend_flags(command, flags->backend);
  add_decoding_flags(command, flags->decoding);
  add_bleu_flags(command, flags->bleu);
  command->add_flag("--json", flags->json, "Print JSON");
  command->callback([flags, &status] { status = evaluate(*flags); });
}

void add_score(CLI::App& app, int& status) {
  auto flags = std::make_shared<ScoreFlags>();
  CLI::App* command =
      app.add_subcommand("score", "Score the translations on standard input by BLEU, as sacreBLEU does");
  command
      ->add_option("--ref", flags->references, "Reference translations, one a line; several files if need be")
      ->required();
  CLI::Option* source =
      command->add_option("--by-length", flags->source,
                          "Also score by the number of words in the sources, which this file holds");
  command->add_option("--width", flags->width, "Words of a bin of lengths")
      ->check(CLI::PositiveNumber)
      ->needs(source)
      ->capture_default_str();
  add_bleu_flags(command, flags->bleu);
  command->add_flag("--json", flags->json, "Print JSON");
  command->callback([flags, &status] { status = score(*flags); });
}

void add_inspect(CLI::App& app, int& status) {
  auto flags = std::make_shared<InspectFlags>();
  CLI::App* command = app.add_subcommand("inspect", "Say what a checkpoint is, or look inside its model");
  command->add_option("--checkpoint", flags->checkpoint, "A run directory or one checkpoint")->required();
  std::vector<CLI::Option*> of_training{
      command->add_option("--dot", flags->dot, "Write the model's graph to this file, for Graphviz"),
      command->add_flag("--plan", flags->plan, "Print the plan of a training step"),
      command->add_flag("--passes", flags->passes, "Print a training step's graph after each pass"),
      command->add_option(
          "--trace", flags->trace,
          "Time a training step and write it to this file, for Perfetto or chrome://tracing")};
  CLI::Option* tensors = command->add_flag(
      "--tensors", flags->tensors,
      fmt::format("List name, type and op of every tensor, for {} source and {} target tokens",
                  inspected_shape.source_length, inspected_shape.target_length));
  command->add_option("--match", flags->match, "List only names that hold this text")->needs(tensors);
  CLI::Option* fetch =
      command->add_option("--fetch", flags->fetches, "Print the values of this tensor; may be repeated")
          ->excludes(tensors);
  CLI::Option* text =
      command->add_option("--text", flags->text, "The sentence that the model reads")->needs(fetch);
  fetch->needs(text)->expected(1)->take_all();
  command
      ->add_option("--target", flags->target,
                   "Its translation, given word by word (what the model finds itself)")
      ->needs(fetch);
  command->add_option("--output", flags->output, "Write the values to this file, as safetensors")
      ->needs(fetch);
  for (CLI::Option* option : add_backend_flags(command, flags->backend)) option->needs(fetch);
  for (CLI::Option* option : of_training) option->excludes(tensors)->excludes(fetch);
  command->callback([flags, &status] { status = inspect(*flags); });
}

void add_attend(CLI::App& app, int& status) {
  auto flags = std::make_shared<AttendFlags>();
  CLI::App* command = app.add_subcommand("attend", "Show what a model attends to while it translates");
  command
      ->add_option("--checkpoint", flags->checkpoints,
                   "A run directory or one checkpoint; several are shown side by side")
      ->required()
      ->allow_extra_args(false);  // what follows one is a sentence
  command->add_option("sentences", flags->sentences, "What to translate (standard input, line by line)");
  command->add_option("--translations", flags->translations,
                      "Look at the translations in this file, one a line, instead of the model's own");
  add_outputs(command, flags);
  add_view(command, flags);
  add_backend_flags(command, flags->backend);
  add_decoding_flags(command, flags->decoding);
  command->callback([flags, &status] { status = attend(*flags); });
}

void add_backends(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("backends", "List what this build can run on");
  command->callback([&status] { status = list_backends(); });
}

void add_others(CLI::App& app, int& status) {
  add_translate(app, status);
  add_test(app, status);
  add_evaluate(app, status);
  add_score(app, status);
  add_inspect(app, status);
  add_attend(app, status);
  add_backends(app, status);
}

}  // namespace

}  // namespace heed::translate

namespace {

// Standard error may be full or closed; then the exit status says it alone.
int fail(const char* kind, const char* message) noexcept {
  std::fprintf(stderr, "heed-translate: %s%s\n", kind, message);
  return 1;
}

int run(CLI::App& app, int argc, char** argv, const int& status) {
  try {
    app.parse(argc, argv);
    return status;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const heed::translate::WrongFlag& error) {
    std::fprintf(stderr, "%s\nRun with --help for more information.\n", error.what());
    return 2;
  } catch (const heed::Error& error) {
    return fail("", error.what());
  } catch (const std::exception& error) {
    if (std::ferror(stdout)) return 0;  // what was thrown is about that; main says it
    return fail("unexpected: ", error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the size limit is then an error like any other
  CLI::App app(
      "Trains models with attention on parallel text, translates with them, and shows what they attend to.",
      "heed-translate");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of all commands");
  int status = 0;
  heed::translate::add_train(app, status);
  heed::translate::add_others(app, status);
  status = run(app, argc, argv, status);
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  return status == 0 && !written ? fail("", "cannot write to standard output") : status;
}
