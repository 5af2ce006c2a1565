// Subword vocabularies, and the guard before the library that reads them.
#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "temporary_directory.h"
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <heed/models/text/draws.h>
#include <heed/models/text/files.h>
#include <heed/models/text/numbers.h>
#include <heed/models/text/vocabulary.h>
#include <heed/tests/message_of.h>

using namespace heed;
using heed::test::message_of;

namespace {

using Texts = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

constexpr VocabularyKind subword_kinds[] = {VocabularyKind::bpe, VocabularyKind::unigram};

const Texts& sentences() {
  static const Texts texts{
      "A man in a blue shirt is standing on a ladder, cleaning a window.",
      "Ein Mann in einem blauen Hemd steht auf einer Leiter und putzt ein Fenster.",
      "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche.",
      "Dvě dívky stojí před černým psem; říká se mu „Žížala“.",
      "Deux garçons jouent à l’école — c’est très drôle !",
      "Девочка читает книгу, а мальчик смотрит в окно.",
      "二人の女性が公園で話しています。",
      "두 아이가 공원에서 놀고 있다.",
      "טקסט בעברית, שלום!",
      "A dog 🐕 runs; 3.50 € isn't much, is it?",
  };
  return texts;
}

Texts number_texts() {
  return all_sentences(parallel_corpus(make_number_corpus(3, {.train = 400, .valid = 10, .test = 10}).train));
}

std::string saved(const Vocabulary& vocabulary) {
  const TemporaryDirectory directory;
  vocabulary.save(directory.file("m.model"));
  return read_file(directory.file("m.model"));
}

std::string load_message(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("m.model", bytes);
  const std::string message = message_of([&] { Vocabulary::load(path); });
  return message.starts_with(path) ? message.substr(path.size()) : message;
}

class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const Texts& texts) : texts_(texts) {}
  bool done() const override { return next_ == texts_.size(); }
  void Next() override { ++next_; }
  const std::string& value() const override { return texts_[next_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const Texts& texts_;
  std::size_t next_ = 0;
};

// A model as another program trains it: with SentencePiece's own defaults but for `options`.
std::string foreign_model(std::unordered_map<std::string, std::string> options) {
  options.insert({{"minloglevel", "3"}, {"vocab_size", "300"}, {"hard_vocab_limit", "false"}});
  Lines lines(sentences());
  std::string model;
  REQUIRE(sentencepiece::SentencePieceTrainer::Train(options, &lines, &model).ok());
  return model;
}

const std::unordered_map<std::string, std::string> heed_ids{
    {"pad_id", "0"}, {"unk_id", "1"}, {"bos_id", "2"}, {"eos_id", "3"}};

}  // namespace

TEST_CASE("subwords give back any text of known characters") {
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Vocabulary vocabulary = Vocabulary::train(sentences(), kind, 400);
    CHECK(vocabulary.kind() == kind);
    for (const std::string& text : sentences()) CHECK(vocabulary.decode(vocabulary.encode(text)) == text);
    for (const char* text :
         {"", " ", "  a  man ", "in", "blue blue", " Männer", "<s> is not </s>, but <pad>"}) {
      const Texts and_marks{"<>/p", sentences()[0], sentences()[2]};
      const Vocabulary marked = Vocabulary::train(and_marks, kind, 400);
      CHECK(marked.decode(marked.encode(text)) == text);
    }
  }
}

TEST_CASE("subwords are pieces of words that occur often, with the mark of a space") {
  const Texts texts = number_texts();
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Vocabulary vocabulary = Vocabulary::train(texts, kind, 200);
    CHECK(vocabulary.size() <= 200);
    CHECK(vocabulary.size() > 150);
    CHECK(vocabulary.pieces(Ids{0, 1, 2, 3}) == Texts{"<pad>", "<unk>", "<s>", "</s>"});
    CHECK(vocabulary.pieces(vocabulary.encode("drei hundert")) == Texts{"▁drei", "▁hundert"});
    const std::string text = texts.front();
    CHECK(vocabulary.encode(text).size() < text.size() / 2);
    for (const std::int32_t id : vocabulary.encode(text)) {
      CHECK(id >= static_cast<std::int32_t>(special_entries));
      CHECK(id < static_cast<std::int32_t>(vocabulary.size()));
    }
  }
}

TEST_CASE("unknown characters come back as the replacement character, and special ids not at all") {
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Vocabulary vocabulary = Vocabulary::train(Texts{"ein Mann lacht", "ein Hund"}, kind, 40);
    Ids ids = vocabulary.encode("ein Ωann");
    CHECK(std::count(ids.begin(), ids.end(), unknown_id) == 1);
    CHECK(vocabulary.decode(ids) == "ein \uFFFDann");
    CHECK(vocabulary.decode(vocabulary.encode("ein▁Hund")) == "ein\uFFFDHund");
    CHECK(vocabulary.decode(vocabulary.encode("ein\tHund")) == "ein\uFFFDHund");
    ids = vocabulary.encode("ein Hund");
    ids.insert(ids.begin(), {start_id, pad_id});
    ids.insert(ids.end(), {pad_id, end_id, 5});
    CHECK(vocabulary.decode(ids) == "ein Hund");
    CHECK(message_of([&] { vocabulary.encode("a\xFF"); }) ==
          "the text is not valid UTF-8: byte 1 is 0xff; convert the text to UTF-8");
    const std::string outside =
        fmt::format("id {0} is outside a vocabulary of {0} entries", vocabulary.size());
    const Ids bad{static_cast<std::int32_t>(vocabulary.size())};
    CHECK(message_of([&] { vocabulary.decode(bad); }) == outside);
    CHECK(message_of([&] { vocabulary.pieces(bad); }) == outside);
  }
}

TEST_CASE("the same texts train the same model, to the byte") {
  const Texts texts = number_texts();
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Vocabulary first = Vocabulary::train(texts, kind, 150),
                     second = Vocabulary::train(texts, kind, 150);
    CHECK(saved(first) == saved(second));
    CHECK(first == second);
    CHECK_FALSE(first == Vocabulary::train(texts, kind, 149));
  }
  CHECK_FALSE(Vocabulary::train(texts, VocabularyKind::bpe, 150) ==
              Vocabulary::train(texts, VocabularyKind::unigram, 150));
}

TEST_CASE("a subword vocabulary survives its file, which SentencePiece reads, too") {
  const TemporaryDirectory directory;
  const std::string path = directory.file("vocabulary.txt");
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Vocabulary vocabulary = Vocabulary::train(sentences(), kind, 300);
    vocabulary.save(path);
    const Vocabulary loaded = Vocabulary::load(path);
    CHECK(loaded == vocabulary);
    CHECK(loaded.kind() == kind);
    sentencepiece::SentencePieceProcessor processor;
    REQUIRE(processor.Load(path).ok());
    CHECK(processor.pad_id() == pad_id);
    CHECK(processor.unk_id() == unknown_id);
    CHECK(processor.bos_id() == start_id);
    CHECK(processor.eos_id() == end_id);
    CHECK(processor.GetPieceSize() == static_cast<int>(vocabulary.size()));
    for (const std::string& text : sentences()) {
      CHECK(loaded.encode(text) == vocabulary.encode(text));
      CHECK(processor.EncodeAsIds(text) == vocabulary.encode(text));
    }
  }
}

TEST_CASE("a subword vocabulary is as large as its texts allow") {
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Texts texts{"the cat sat"};
    CHECK(Vocabulary::train(texts, kind, 1'000'000).size() < 40);
    CHECK(Vocabulary::train(texts, kind, std::size_t{1} << 40).size() < 40);
    CHECK(Vocabulary::train(texts, kind, 11).size() == 11);
    CHECK(message_of([&] { Vocabulary::train(texts, kind, 10); }) ==
          fmt::format(
              "a {} vocabulary of 10 entries has no room for the 7 characters of the texts (the mark of "
              "a space counted) beside the 4 special entries; it needs at least 11",
              name_of(kind)));
  }
}

TEST_CASE("texts that SentencePiece would stumble over are trained on") {
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const Texts odd{
        "", "a", "x▅y", "▁▁", "\t", std::string("n\0m", 3), "aaaa\nbb\r", std::string(10'000, 'q'), " "};
    const Vocabulary vocabulary = Vocabulary::train(odd, kind, 60);
    for (const char* text : {"xymn", "aaaa\nbb\r", "q q"}) {
      CHECK(vocabulary.decode(vocabulary.encode(text)) == text);
    }
    CHECK(Vocabulary::train(Texts{" "}, kind, 60).size() == 5);
    CHECK(message_of([&] {
            Vocabulary::train(Texts{"", ""}, kind, 60);
          }) == "a vocabulary needs text to be trained on, but all texts are empty");
    CHECK(message_of([&] { Vocabulary::train(Texts{}, kind, 60); }) ==
          "a vocabulary needs text to be trained on, but all texts are empty");
    CHECK_THROWS_AS(Vocabulary::train(Texts{"\xFF"}, kind, 60), Error);
  }
}

TEST_CASE("a model that another program trained is read when its special entries are heed's") {
  for (const char* type : {"bpe", "unigram"}) {
    CAPTURE(type);
    auto options = heed_ids;
    options.insert({{"model_type", type}, {"byte_fallback", "true"}, {"vocab_size", "600"}});
    const std::string model = foreign_model(options);
    const TemporaryDirectory directory;
    const Vocabulary vocabulary = Vocabulary::load(directory.file("m.model", model));
    CHECK(name_of(vocabulary.kind()) == type);
    CHECK(saved(vocabulary) == model);
    CHECK(vocabulary.decode(vocabulary.encode("Ｄｅｕｘ  Ω")) == "Deux Ω");  // its default is NFKC
  }
  CHECK(load_message(foreign_model({{"model_type", "bpe"}})) ==
        ": entry 0 of the SentencePiece model is <unk>, but heed needs <pad> there; train it with "
        "--pad_id=0 --unk_id=1 --bos_id=2 --eos_id=3");
  auto characters = heed_ids;
  characters.insert({"model_type", "char"});
  CHECK(load_message(foreign_model(characters)) ==
        " is a SentencePiece model of another type; heed reads bpe and unigram");
}

TEST_CASE("a SentencePiece model that is cut short is refused wherever it ends") {
  for (const VocabularyKind kind : subword_kinds) {
    CAPTURE(name_of(kind));
    const std::string model = saved(Vocabulary::train(Texts{"the cat sat", "the mat"}, kind, 20));
    REQUIRE(load_message(model) == "no error");
    for (std::size_t length = 0; length < model.size(); ++length) {
      CAPTURE(length);
      CHECK(load_message(model.substr(0, length)) != "no error");
    }
    CHECK(load_message(model.substr(0, 20)) ==
          " is a damaged SentencePiece model, byte 18: more should follow, but the file or its part ends; "
          "fetch or train it again");
    CHECK(load_message(model + model).find("there already") != std::string::npos);
    CHECK(load_message(model + "\n").find("more should follow") != std::string::npos);
  }
}

TEST_CASE("a changed SentencePiece model is refused or works, but harms nothing") {
  auto options = heed_ids;
  options.insert({"model_type", "unigram"});
  const std::string mapped = foreign_model(options);
  const std::string plain = saved(Vocabulary::train(sentences(), VocabularyKind::bpe, 260));
  const TemporaryDirectory directory;
  const std::string path = directory.file("m.model");
  std::map<bool, int> outcomes;
  Draws draws(5);
  for (int trial = 0; trial < 600; ++trial) {
    std::string model = trial % 4 == 0 ? mapped : plain;
    for (std::uint64_t changes = 1 + draws.below(3); changes > 0; --changes) {
      model[draws.below(model.size())] = static_cast<char>(draws.below(256));
    }
    directory.file("m.model", model);
    const std::string message = message_of([&] {
      const Vocabulary vocabulary = Vocabulary::load(path);
      for (const std::string& text : sentences()) vocabulary.decode(vocabulary.encode(text));
    });
    ++outcomes[message == "no error"];
    CHECK((message == "no error" || message.starts_with(path)));
  }
  CHECK(outcomes[true] > 0);
  CHECK(outcomes[false] > 0);
}

TEST_CASE("a character map that points out of itself is refused") {
  auto options = heed_ids;
  options.insert({"model_type", "bpe"});
  std::string model = foreign_model(options);
  const std::size_t name = model.find("nmt_nfkc");
  REQUIRE(name != std::string::npos);
  const std::size_t map = name + 8 + 4;  // behind the name: a tag, and a length of three digits
  for (const std::size_t changed : {map + 3, map + 4 + 3}) {  // the trie's length; the offset of its root
    std::string damaged = model;
    damaged[changed] = '\x7F';
    CHECK(load_message(damaged).find("the character map") != std::string::npos);
  }
}

TEST_CASE("what is wrong with a piece of a SentencePiece model is said, with its place") {
  const std::string model = saved(Vocabulary::train(Texts{"the cat"}, VocabularyKind::bpe, 20));
  const std::size_t place = model.find("\x02th");  // the length of the text "th", and the text
  REQUIRE(place != std::string::npos);
  const auto message = [&](std::string_view text) {
    std::string changed = model;
    changed.replace(place + 1, 2, text);
    return load_message(changed);
  };
  const auto expected = [&](std::string_view what) {
    return fmt::format(" is a damaged SentencePiece model, byte {}: {}; fetch or train it again", place + 1,
                       what);
  };
  CHECK(message("th") == "no error");
  CHECK(message("\xFF.") == expected("this piece is not UTF-8"));
  CHECK(message(std::string_view("\0.", 2)) == expected("this piece holds a NUL"));
  CHECK(message("he").starts_with(" is no sound SentencePiece model: "));  // there is one already
}

TEST_CASE("what a SentencePiece model writes for unknown pieces is UTF-8") {
  std::string model = saved(Vocabulary::train(Texts{"the cat"}, VocabularyKind::bpe, 20));
  const std::string_view surface = "\xE2\x02\x03\uFFFD";  // field 44, three bytes
  const std::size_t place = model.find(surface);
  REQUIRE(place != std::string::npos);
  model[place + surface.size() - 1] = '.';
  CHECK(load_message(model) ==
        fmt::format(" is a damaged SentencePiece model, byte {}: what stands for unknown "
                    "pieces is not UTF-8; fetch or train it again",
                    place));
}

TEST_CASE("the special entries of a SentencePiece model stand where heed has them") {
  std::string model = saved(Vocabulary::train(Texts{"the cat"}, VocabularyKind::bpe, 20));
  const std::size_t place = model.find("</s>");
  REQUIRE(place != std::string::npos);
  model.replace(place, 4, "<se>");
  CHECK(load_message(model).starts_with(": entry 3 of the SentencePiece model is <se>, but heed needs </s>"));
}
