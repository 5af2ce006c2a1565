// What a trained model attends to, and how sure it is, while it translates a sentence: plain data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <heed/models/decoding/translator.h>
#include <heed/models/text/alignment.h>
#include <heed/models/visual/tokens.h>

namespace heed {

// Who looks at whom: source words at each other, produced words at those before them, produced words at the
// source. Recurrent models have the last alone.
enum class AttentionKind : std::uint8_t { encoder_self, decoder_self, cross };

// encoder-self, decoder-self, cross. Throws Error for an unknown name.
std::string_view name_of(AttentionKind kind);
AttentionKind attention_kind(std::string_view name);

struct AttentionLayer {
  AttentionKind kind = AttentionKind::cross;
  std::int64_t layer = 0;  // counted from 0, as in the names of tensors
  std::string tensor;      // its name in SentenceGraph
  Array weights;           // [h, rows, columns] of f32; one head for models without heads
};

struct Candidate {
  std::string piece;
  double probability = 0;
};

struct DecodingStep {
  std::vector<Candidate> candidates;  // from the most probable one
  double probability = 0;             // of the piece that was written
};

struct SentenceAttention {
  std::string text, translation;
  double log_probability = 0;  // of all words and </s>
  bool ended = true;           // false: cut at the length limit
  Tokens source;               // S positions, </s> last
  Tokens input;                // T positions: what each step of the decoder reads, <s> first
  Tokens output;               // T positions: what it writes, </s> last
  std::vector<AttentionLayer> layers;
  std::vector<DecodingStep> steps;                // T, or none
  std::optional<Array> encoder_states;            // [S, *] of f32
  std::optional<Array> decoder_states, contexts;  // [T, *]
  std::optional<Array> scores;                    // [T, S]: what the softmax of the attention was given
  std::optional<GoldAlignment> gold;              // set by those who know the true links, to be marked
};

// What to compute; all else is left out of the graph's run.
struct AttentionRequest {
  std::vector<AttentionKind> kinds{};  // weights of these
  std::int64_t candidates = 0;         // of each step
  bool states = false;                 // and contexts and scores, as far as the model has them
};

// A checkpoint that translates, and then computes what it attended to: the graph of the sentence is given the
// translation that was found, so the search itself runs as if nobody looked.
class AttentionReader {
 public:
  // The best checkpoint of a run, or the one at `path` itself. Throws Error where there is none.
  AttentionReader(const std::string& path, std::shared_ptr<Backend> backend);
  AttentionReader(const AttentionReader&) = delete;  // the translator knows where the variables are
  AttentionReader& operator=(const AttentionReader&) = delete;

  const CheckpointInfo& info() const { return checkpoint_.info; }
  const std::string& path() const { return checkpoint_.path; }
  // What the model has; none for a model without attention.
  const std::vector<AttentionKind>& kinds() const { return kinds_; }

  // Throws Error, naming the sentence by its number, for one that is empty, too long, or not UTF-8.
  void require_readable(std::span<const std::string> texts) const;
  // The same of translations that will be given, with one for each of so many sentences.
  void require_readable_translations(std::span<const std::string> translations, std::size_t sentences) const;

  // One for each text. Throws Error as require_readable() does.
  std::vector<SentenceAttention> read(std::span<const std::string> texts, const DecodingOptions& decoding,
                                      const AttentionRequest& request);

  // The same of translations that are given, one for each text, instead of searched for: of references, say.
  // One candidate at least is computed. Throws Error as require_readable() does, of the translations too.
  std::vector<SentenceAttention> read_given(std::span<const std::string> texts,
                                            std::span<const std::string> translations,
                                            AttentionRequest request);

 private:
  Translation given(const std::string& text, const std::string& translation) const;
  SentenceAttention look(const std::string& text, const Translation& translation,
                         const AttentionRequest& request);

  Checkpoint checkpoint_;
  Variables variables_;
  Translator translator_;
  std::vector<AttentionKind> kinds_;
};

}  // namespace heed
