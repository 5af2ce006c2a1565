// heed-translate attend shows what models attend to.
#include <algorithm>
#include <string>

#include "program.h"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {

struct Models {
  Directory directory;

  Models() {
    train("transformer", "--model transformer --preset micro");
    train("bahdanau", "--model bahdanau --preset micro");
    train("blind", "--model luong --preset micro --attention none");
  }
  void train(const std::string& name, const std::string& flags) const {
    const Outcome trained = run("train --max-steps 1 " + flags + " --out " + directory / name);
    CAPTURE(trained.output);
    REQUIRE(trained.status == 0);
  }
  std::string of(const std::string& name) const { return "--checkpoint " + directory / name + " "; }
};

const Models& models() {
  static const Models trained;
  return trained;
}

std::string attend(const std::string& flags) {
  const Outcome outcome = run("attend " + flags);
  CAPTURE(flags);
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  return outcome.output;
}

// One line that says `expected`.
void refuses(const std::string& flags, const std::string& expected, int status = 1) {
  const Outcome outcome = run("attend " + flags);
  CAPTURE(flags);
  CAPTURE(outcome.output);
  CHECK(outcome.status == status);
  CHECK(outcome.output.find(expected) != std::string::npos);
  if (status == 1) CHECK(std::ranges::count(outcome.output, '\n') == 1);
}

nlohmann::json data_of(const std::string& page) {
  const std::string begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("the matrix is printed where nothing else is asked for, for arguments or lines") {
  const std::string of = models().of("transformer");
  const std::string text = attend(of + "'half past seven'");
  CHECK(text.starts_with("transformer: transformer micro, en → de, 1 steps\nhalf past seven\n→ "));
  CHECK(text.find("\ncross attention, layer 0, mean over 2 heads\n") != std::string::npos);
  CHECK(text.find("\ncolumns: 0 half 1 past 2 seven 3 </s>\n") != std::string::npos);
  CHECK(attend(of + "--text 'half past seven'") == text);
  CHECK(attend(of + "< " + models().directory.file("lines", "half past seven\r\n")) == text);
  const std::string two = attend(of + "'half past seven' 'ten'");
  CHECK(two.starts_with(text));
  CHECK(two.find("\nten\n→ ") != std::string::npos);
  CHECK(attend(of + models().of("bahdanau") + "'half past seven'").find("\nbahdanau: bahdanau micro") !=
        std::string::npos);
}

TEST_CASE("kind, layer, head, rows and numbers are chosen by flags") {
  const std::string of = models().of("transformer");
  const std::string self = attend(of + "--kind encoder-self --layer 0 --head 1 --numbers ten");
  CHECK(self.find("\nencoder-self attention, layer 0, head 1\n") != std::string::npos);
  CHECK(self.find("[0.") != std::string::npos);
  CHECK(attend(of + "--rows input ten").find("\n<s> ") != std::string::npos);
}

TEST_CASE("alignments have a line for each sentence, and a rate against those by hand") {
  const std::string of = models().of("transformer");
  const std::string two = attend(of + "--alignments 'half past seven' ten");
  REQUIRE(std::ranges::count(two, '\n') == 2);
  const std::string first = two.substr(0, two.find('\n')), second = two.substr(first.size() + 1);
  CHECK(attend(of + "--alignments 'half past seven'") == first + "\n");
  CHECK(second.find_first_not_of("0123456789- \n") == std::string::npos);
  const std::string gold = models().directory.file("gold", two);
  CHECK(attend(of + "--gold " + gold + " 'half past seven' ten") ==
        "transformer: alignment error rate 0.0000\n");
  const std::string wrong = models().directory.file("wrong", "0-0\n1+1\n");
  refuses(of + "--gold " + wrong + " ten ten", wrong + ", line 2: \"1+1\" is no link of an alignment");
  refuses(of + "--gold " + wrong + ".not ten", wrong + ".not");
  refuses(of + "--gold " + gold + " ten", gold + " has 2 lines for 1 sentences: one belongs to each");
}

TEST_CASE("heads are summarised over all sentences") {
  const std::string table = attend(models().of("transformer") + "--heads 'half past seven' ten");
  CHECK(table.find("\nmeans over 2 sentences, entropy in bits\nkind ") != std::string::npos);
  for (const char* line :
       {"\nencoder-self      0    1 ", "\ndecoder-self      0    0 ", "\ncross             0    1 "}) {
    CAPTURE(line);
    CHECK(table.find(line) != std::string::npos);
  }
}

TEST_CASE("a page holds every model and sentence, in files that appear whole") {
  const std::string path = models().directory / "page.html";
  const std::string of = models().of("transformer") + models().of("bahdanau") + models().of("blind");
  CHECK(attend(of + "--beam 2 --out " + path + " 'half past seven' '<script>\"ten\"</script>'").empty());
  const std::string page = content(path);
  CHECK(page.find("<script>\"ten") == std::string::npos);
  const auto data = data_of(page);
  REQUIRE(data["models"].size() == 3);
  CHECK(data["models"][0]["name"] == "transformer");
  CHECK(data["models"][0]["sentences"][0]["layers"].size() == 3);
  CHECK(data["models"][1]["sentences"][1]["text"] == "<script>\"ten\"</script>");
  CHECK(data["models"][1]["sentences"][1]["layers"].size() == 1);
  CHECK(data["models"][2]["attends"] == false);
  CHECK(data["models"][2]["sentences"][0]["steps"][0]["candidates"].size() == 5);
  refuses(models().of("bahdanau") + "--out /proc/page.html ten", "/proc/page.html");
}

TEST_CASE("a page of a corpus shows the first sentences, and averages over all") {
  const std::string lines = models().directory.file("corpus", repeated("ten", 70));
  const std::string path = models().directory / "corpus.html";
  CHECK(attend(models().of("transformer") + "--shown 3 --out " + path + " < " + lines).empty());
  const auto model = data_of(content(path))["models"][0];
  CHECK(model["sentences"].size() == 3);
  CHECK(model["averaged"] == 70);
  refuses(
      models().of("transformer") + "--heads < " + models().directory.file("bad", repeated("ten", 70) + "\n"),
      "sentence 71 is empty");
}

TEST_CASE("a picture is written of one sentence") {
  const std::string path = models().directory / "matrix.svg";
  CHECK(attend(models().of("transformer") + "--svg " + path + " --kind decoder-self --head 0 ten").empty());
  const std::string svg = content(path);
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.find("decoder-self attention, layer 0, head 0") != std::string::npos);
  refuses(models().of("transformer") + "--svg " + path + " ten ten", "--svg draws one matrix");
}

TEST_CASE("runs of one name are told apart by their paths") {
  const std::string again = models().directory / "again/transformer";
  std::filesystem::create_directories(models().directory / "again");
  std::filesystem::copy(models().directory / "transformer", again, std::filesystem::copy_options::recursive);
  const std::string text = attend(models().of("transformer") + "--checkpoint " + again + " ten");
  CHECK(text.starts_with(models().directory / "transformer" + ": "));
  CHECK(text.find("\n" + again + ": ") != std::string::npos);
}

TEST_CASE("translations can be given, and then their words are the rows") {
  const std::string of = models().of("bahdanau");
  const std::string given = models().directory.file("given.de", "zehn\nhalb acht\n");
  const std::string text = attend(of + "--numbers --translations " + given + " ten 'half past seven'");
  CHECK(text.find("\n→ zehn\n") != std::string::npos);
  CHECK(text.find("\n→ halb acht\n") != std::string::npos);
  CHECK(text.find("\nhalb ") != std::string::npos);
  refuses(of + "--translations " + given + " ten", "has 2 lines for 1 sentences: one belongs to each");
  refuses(of + "--translations /nowhere ten", "/nowhere");
}

TEST_CASE("the built-in corpus knows which words translate each other") {
  const Outcome outcome = run("test --alignments " + models().of("bahdanau"));
  CAPTURE(outcome.output);
  CHECK(outcome.status == 0);
  CHECK(outcome.output.find("\ncross attention, layer 0   ") != std::string::npos);
  const Outcome none = run("test --alignments " + models().of("blind"));
  CHECK(none.status == 1);
  CHECK(none.output.find("has no attention: test it without --alignments") != std::string::npos);
}

TEST_CASE("a model without attention is said to have none") {
  const std::string of = models().of("blind");
  CHECK(attend(of + "ten").find("\nthis model has no attention\n") != std::string::npos);
  for (const std::string flags : {"--alignments", "--heads", "--svg /tmp/never.svg"}) {
    CAPTURE(flags);
    refuses(of + flags + " ten", "blind (luong micro, en → de, 1 steps) has no attention to show");
  }
}

TEST_CASE("what cannot be shown is refused in one line") {
  const std::string of = models().of("transformer");
  refuses("--checkpoint /nowhere ten", "/nowhere");
  refuses(of + "''", "sentence 1 is empty");
  refuses(of + "ten ' '", "sentence 2");
  refuses(of + "\"$(printf '\\377')\"", "sentence 1 cannot be read");
  refuses(of + "< /dev/null", "there is no sentence");
  refuses(of + "--head 2 ten", "there is no head 2: cross attention has heads 0 to 1");
  refuses(of + "--layer 7 ten", "there is no layer 7 of cross attention: layers are 0 to 0");
  refuses(of + "--kind self ten", "no kind of attention is called \"self\"; there are encoder-self");
  refuses(models().of("bahdanau") + "--kind encoder-self ten",
          "bahdanau (bahdanau micro, en → de, 1 steps) has no encoder-self attention; it has cross");
  refuses(of + of + "--alignments ten", "give one --checkpoint");
  refuses(of + "--alignments --kind encoder-self ten", "leave --kind at cross");
  refuses(of + "--beam 2 --backend abacus ten", "no backend \"abacus\"");
  refuses("ten", "--checkpoint", 2);
  refuses(of + "--rows both ten", "--rows", 2);
  refuses(of + "ten > /dev/full", "cannot write to standard output");
}
