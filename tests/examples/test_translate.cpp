// Runs the program itself, as a user would, above all with what it cannot take.
#include <algorithm>
#include <filesystem>
#include <string>

#include "program.h"
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/models/text/corpus.h>
#include <heed/models/text/files.h>
#include <heed/models/text/vocabulary.h>

using namespace heed;
namespace fs = std::filesystem;

namespace {

// One line that says `expected`, and a failing exit status.
void refuses(const std::string& arguments, const std::string& expected, int status = 1) {
  CAPTURE(arguments);
  const Outcome outcome = run(arguments);
  CAPTURE(outcome.output);
  CHECK(outcome.status == status);
  CHECK(outcome.output.find(expected) != std::string::npos);
}

}  // namespace

TEST_CASE("unknown commands, flags and values are refused") {
  refuses("", "subcommand is required", 2);
  refuses("dance", "subcommand is required", 2);
  refuses("train --fast", "not expected", 2);
  refuses("train --preset huge", "--preset", 2);
  refuses("train --model gpt", "--model", 2);
  refuses("train --model luong --preset tiny",
          "--preset: of luong is one of micro, small, medium, paper, not tiny", 2);
  refuses("train --model bahdanau --window global", "--window: belongs to luong, not to --model bahdanau", 2);
  refuses("train --variant b", "--variant: belongs to bahdanau and rnnencdec, not to --model transformer", 2);
  refuses("train --model luong --recompute", "--recompute: belongs to transformer, not to --model luong", 2);
  refuses("train --model luong --attention cosine", "--attention", 2);
  refuses("train --vocab syllable", "--vocab", 2);
  refuses("train --precision f8", "--precision", 2);
  refuses("train --max-steps -3", "--max-steps", 2);
  refuses("train --batch-tokens many", "--batch-tokens", 2);
  refuses("translate", "--checkpoint is required", 2);
}

TEST_CASE("an unknown backend is refused with the names of those there are") {
  const Directory directory;
  refuses("train --backend abacus --out " + directory / "run", "no backend \"abacus\"; this build has:");
}

TEST_CASE("corpora that cannot be used are refused, and nothing is written") {
  const Directory directory;
  directory.file("good.en", repeated("a b c", 50));
  directory.file("good.de", repeated("x y z", 50));
  directory.file("short.en", repeated("a b c", 50));
  directory.file("short.de", repeated("x y z", 49));
  directory.file("empty.en", "");
  directory.file("empty.de", "");
  directory.file("bad.en", "fine\nnot \xff fine\n");
  directory.file("bad.de", "gut\nnicht gut\n");
  const std::string out = " --out " + directory / "run";
  const auto with = [&](const std::string& train, const std::string& valid) {
    return "train --train " + directory / train + " --valid " + directory / valid + out;
  };
  refuses(with("short", "good"), "50");
  refuses(with("empty", "good"), "empty");
  refuses(with("bad", "good"), "line 2");
  refuses(with("good", "missing"), "missing.en");
  refuses("train --train " + directory / "good" + out, "--train and --valid belong together");
  refuses(with("good", "good") + " --max-length 2", "");
  CHECK_FALSE(fs::exists(directory / "run"));
}

TEST_CASE("a checkpoint that is not there, or is none, is refused") {
  const Directory directory;
  refuses("translate --checkpoint " + directory / "nothing < /dev/null", "no checkpoint at");
  refuses("translate --checkpoint " + directory.path.string() + " < /dev/null", "holds no checkpoint");
  refuses("inspect --checkpoint " + directory / "nothing", "no checkpoint at");
}

TEST_CASE(
    "a checkpoint that cannot be written whole ends training with one message and leaves no half of it") {
  const Directory directory;
  const std::string out = directory / "run";
  const Outcome outcome =
      run_program("heed-translate train --preset micro --max-steps 1 --out " + out, "ulimit -f 40;");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 1);
  CHECK(outcome.output.find("model.safetensors cannot be written") != std::string::npos);
  for (const auto& entry : fs::directory_iterator(out)) {
    CHECK(entry.path().filename() == "log.jsonl");
  }
  const Outcome again = run("train --preset micro --max-steps 1 --out " + out);
  CAPTURE(again.output);
  CHECK(again.status == 0);
}

TEST_CASE("a disk that cannot be written to ends training with one message") {
  refuses("train --preset micro --max-steps 1 --out /proc/heed/run", "cannot make the directory");
}

TEST_CASE("a complaint that cannot be written leaves its exit status, and nothing aborts") {
  CHECK(run("inspect --checkpoint /missing 2> /dev/full").status == 1);
  CHECK(run("inspect --checkpoint /missing 2>&-").status == 1);
  CHECK(run("score --ref /missing 2> /dev/full < /dev/null").status == 1);
  CHECK(run("train --preset missing 2> /dev/full").status == 2);
}

TEST_CASE("results that cannot be written are one error") {
  const Directory directory;
  const std::string errors = directory / "errors";
  for (const std::string command : {"backends", "--help", "train --help"}) {
    CAPTURE(command);
    CHECK(run(command + " 2> " + errors + " > /dev/full").status == 1);
    CHECK(read_file(errors) == "heed-translate: cannot write to standard output\n");
    CHECK(run(command + " 2> " + errors + " >&-").status == 1);
    CHECK(read_file(errors) == "heed-translate: cannot write to standard output\n");
  }
}

TEST_CASE("a training whose progress cannot be shown trains and is saved") {
  const Directory directory;
  const std::string train = "train --preset micro --max-steps 2 --out " + directory / "run";
  for (const std::string streams : {"2> /dev/full", "2>&-", "0<&- 1>&- 2>&-", "> /dev/full 2> /dev/full"}) {
    CAPTURE(streams);
    fs::remove_all(directory / "run");
    const Outcome outcome = run(train + " " + streams);
    CHECK(outcome.status == 0);
    CHECK(outcome.output.empty());
    CHECK(fs::exists(fs::path(directory / "run") / "step-2" / "model.safetensors"));
    for (const std::string& line : read_lines(directory / "run/log.jsonl")) {
      CHECK(nlohmann::json::accept(line));  // no progress strayed into the file
    }
  }
}

TEST_CASE("a training goes on when the reader of its progress has gone") {
  const Directory directory;
  const std::string status = directory / "status";
  const std::string train = fmt::format("{}/heed-translate train --preset micro --max-steps 2 --out {}",
                                        HEED_BIN_DIR, directory / "run");
  run_command(fmt::format("{{ {} 2>&1; echo $? > {}; }} | true", train, status));
  CHECK(read_file(status) == "0\n");
  CHECK(fs::exists(fs::path(directory / "run") / "step-2" / "model.safetensors"));
}

TEST_CASE("a short run trains, translates, resumes, and is described") {
  const Directory directory;
  const std::string out = directory / "run";
  const std::string train = "train --preset micro --out " + out;
  Outcome outcome = run(train + " --max-steps 3");
  CAPTURE(outcome.output);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.output.find("planned peak") != std::string::npos);
  CHECK(fs::exists(fs::path(out) / "step-3" / "model.safetensors"));

  refuses(train + " --max-steps 5", "exists already");
  outcome = run(train + " --max-steps 5 --resume --recompute");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("resuming at step 3") != std::string::npos);

  const std::string source =
      directory.file("source.txt", "half past seven\n\nthree hundred and forty-seven\n");
  const auto translated = [&](const std::string& flags) {
    const Outcome found = run("translate --checkpoint " + out + " " + flags + " < " + source);
    CHECK(found.status == 0);
    return found.output;
  };
  const std::string best = translated("--beam 3 --nbest 2 --length-penalty 0");
  CHECK(best.starts_with("1 ||| "));
  CHECK(std::ranges::count(best, '\n') == 5);  // the empty line has one translation
  CHECK(translated("--prefix halb").starts_with("halb"));
  refuses("translate --checkpoint " + out + " --nbest 2 < " + source,
          "a beam of 1 gives 1 to 1 translations");
  refuses(
      "translate --checkpoint " + out + " --prefixes " + directory.file("one.txt", "a\n") + " < " + source,
      "one.txt has 1 lines, standard input 3");
  outcome = run("translate --checkpoint " + out + " < " + source);
  CHECK(outcome.status == 0);
  CHECK(std::count(outcome.output.begin(), outcome.output.end(), '\n') == 3);

  outcome = run("inspect --checkpoint " + out + " --plan --dot " + directory / "model.dot");
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("state copies: 0") != std::string::npos);
  CHECK(fs::file_size(directory / "model.dot") > 1000);
  outcome = run("inspect --checkpoint " + out + " --passes --trace " + directory / "trace.json");
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("after fuse: ") != std::string::npos);
  CHECK(fs::file_size(directory / "trace.json") > 1000);

  outcome = run("test --checkpoint " + out + " --show 1");
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("exact match") != std::string::npos);
}

TEST_CASE("real text trains with words, characters and subwords, and is scored") {
  const Directory directory;
  directory.file("text.en", repeated("A man, smiling, rides a bike.", 40) + repeated("Two dogs run.", 40));
  directory.file("text.de",
                 repeated("Ein Mann fährt lächelnd Rad.", 40) + repeated("Zwei Hunde rennen.", 40));
  const std::string source = directory.file("source.txt", "Two dogs run.\n");
  for (const std::string kind : {"word", "char", "bpe", "unigram"}) {
    if (kind != "char" && !is_available(vocabulary_kind(kind))) continue;
    const std::string out = directory / kind;
    const Outcome trained = run("train --preset micro --max-steps 2 --vocab " + kind + " --train " +
                                directory / "text" + " --valid " + directory / "text" + " --out " + out);
    CAPTURE(trained.output);
    CHECK(trained.status == 0);
    CHECK(trained.output.find("validation perplexity") != std::string::npos);
    CHECK(trained.output.find("BLEU") != std::string::npos);
    CHECK(run("translate --checkpoint " + out + " < " + source).status == 0);
    const std::string evaluate = "evaluate --checkpoint " + out + " --test " + directory / "text";
    const Outcome scored = run(evaluate + " --beam 2 --output " + directory / (kind + ".out"));
    CAPTURE(scored.output);
    CHECK(scored.status == 0);
    for (const char* line :
         {"bleu ", "\nperplexity ", "\nsignature nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp"})
      CHECK(scored.output.find(line) != std::string::npos);
    const Outcome again =
        run("score --json --ref " + directory / "text.de" + " < " + directory / (kind + ".out"));
    const Outcome json = run(evaluate + " --beam 2 --json");
    CHECK(nlohmann::json::parse(again.output).at("bleu") == nlohmann::json::parse(json.output).at("bleu"));
    refuses(evaluate + "s", "texts.en");
  }
}

TEST_CASE("an interrupted run saves, says how to go on, and goes on") {
  const Directory directory;
  const std::string out = directory / "run";
  const std::string output =
      run_program("heed-translate train --preset micro --out " + out, "timeout --foreground -s INT 3").output;
  CAPTURE(output);
  CHECK(output.find("--resume") != std::string::npos);
  CHECK(fs::exists(fs::path(out) / "latest"));
  CHECK(run("train --preset micro --max-steps 1 --resume --out " + out).status == 0);
}

TEST_CASE("the backends are listed") {
  const Outcome outcome = run("backends");
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("reference") != std::string::npos);
}

#ifdef HEED_HAS_ONEDNN
TEST_CASE("the instruction set can be capped, and is shown") {
  const Outcome capped = run_program("heed-translate backends", "HEED_MAX_ISA=sse4");
  CHECK(capped.status == 0);
  CHECK(capped.output.find("onednn       CPU with sse4, ") == 0);
  const Outcome unknown = run_program("heed-translate backends", "HEED_MAX_ISA=avx1024");
  CHECK(unknown.status == 1);
  CHECK(unknown.output.find("HEED_MAX_ISA is \"avx1024\"; it can be sse4, avx2, avx512 or amx") !=
        std::string::npos);
}
#endif

TEST_CASE("the first program learns") {
  const Outcome outcome = run_program("first-graph");
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("0 xor 0 = 0.0") != std::string::npos);
  CHECK(outcome.output.find("1 xor 0 = 0.9") != std::string::npos);
}

TEST_CASE("the first program draws itself") {
  CHECK(run_program("first-graph --dot").output.starts_with("digraph"));
}
