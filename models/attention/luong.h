// Multiplicative and local attention: Luong, Pham and Manning 2015, "Effective approaches to attention-based
// neural machine translation", section 3. In the paper's symbols, with h_t the decoder's state and h_s the
// encoder's, both of width n:
//
//   a_t(s) = exp(score(h_t, h_s)) / sum_s' exp(score(h_t, h_s'))      (eq. 7)
//   score  = h_t . h_s                      dot
//            h_t . W_a h_s                  general
//            v_a . tanh(W_a [h_t; h_s])     concat
//   a_t    = softmax(W_a h_t)               location                  (eq. 8)
//
// Global attention looks at all positions, local attention at those within D of p_t, which is t (local-m) or
// predicted (local-p), and then favours its middle:
//
//   p_t = S sigmoid(v_p . tanh(W_p h_t))                              (eq. 9)
//   a_t(s) = align(h_t, h_s) exp(-(s - p_t)^2 / (2 (D/2)^2))          (eq. 10)
//
// Where paper and authors' code differ, this is the paper: concat has both halves of W_a, the source's last
// token is attended to like the others, p_t lies in [0, S] with positions counted from 1, and a window holds
// the whole numbers of the real interval [p_t - D, p_t + D]. As in the code, local-m's p_t stops at the last
// position, and local-p's weights are not normalised again, so they sum to less than 1.
#pragma once

#include <string>
#include <string_view>

#include <heed/graph/graph.h>
#include <heed/models/attention/attended.h>

namespace heed {

enum class LuongScore : std::uint8_t { dot, general, concat, location };
enum class LuongWindow : std::uint8_t { global, local_m, local_p };

// dot, general, concat, location; global, local-m, local-p. Throw Error for unknown names.
std::string_view name_of(LuongScore score);
std::string_view name_of(LuongWindow window);
LuongScore luong_score(std::string_view name);
LuongWindow luong_window(std::string_view name);

struct LuongAttentionOptions {
  LuongScore score = LuongScore::general;
  LuongWindow window = LuongWindow::global;
  std::int64_t units = 0;        // n
  std::int64_t half_width = 10;  // D
  std::int64_t longest = 0;      // location: positions that have a row in W_a; what lies behind gets nothing
  std::optional<Initializer> initializer{};  // of everything; none: Glorot-uniform
  DType dtype = DType::f32;
};

// The variables are, as far as they are used, NAME/W_a ([n, n]; concat: [2n, n]; location: [longest, n]),
// NAME/v_a [n], NAME/W_p [n, n] and NAME/v_p [n, 1].
class LuongAttention {
 public:
  LuongAttention(Graph& graph, const std::string& name, const LuongAttentionOptions& options,
                 Where where = Where::current());

  // A batch of sentences as it is attended to.
  struct Memory {
    Tensor states;   // h_s [B, S, n]
    Tensor keys;     // what does not depend on t: W_a h_s for general, its half of the product for concat
    Tensor lengths;  // [B] of i32
  };
  Memory project(Tensor states, Tensor lengths, Where where = Where::current()) const;

  // states h_t [B, T, n], positions t from 0 [T] of i32 (used by local-m) -> contexts [B, T, n], weights
  // [B, T, S].
  Attended operator()(Tensor states, Tensor positions, const Memory& memory,
                      Where where = Where::current()) const;

 private:
  Tensor score(Tensor h_t, const Memory& memory) const;                     // [B, T, S]
  Tensor centre(Tensor h_t, Tensor positions, const Memory& memory) const;  // p_t, from 0: [B, T]

  LuongAttentionOptions options_;
  Tensor W_a, v_a, W_p, v_p;
};

}  // namespace heed
