/* What becomes of the sums of tensor cores: sums of signs, or signs again.

   Tensor cores count where two rows of bits both have ones. Signs are equal or differ, and

       popcount(a ^ b) = popcount(a) + popcount(b) - 2 popcount(a & b)
       out_ij = n_bits - 2 popcount(a_i ^ b_j) = n_bits - 2 ones_a_i - 2 ones_b_j + 4 c_ij,   c_ij = popcount(a_i & b_j)

   A warp has the sums of 16 R rows and 8 C columns, in the registers of its lanes. With g = lane / 4 and t = lane % 4

       c[i / 2][j][i % 2 * 2 + e]   is of row first_row + 8 i + g and column first_col + 8 j + 2 t + e

   so that a lane has 2 R rows i, and two neighbouring columns e = 0, 1 in each of C groups j. */

/* Write out_ij. Lanes t = 0 and 1, and t = 2 and 3, have four columns of two rows between them: each hands over the
   half of one row, and then has four columns of a row, 16 bytes, which it writes at once. */
template <int R, int C>
__device__ __forceinline__ void write_sums(const int (&c)[R][C][4], int first_row, int first_col, int *out, int m,
                                           int n, int n_bits, const int *ones_a, const int *ones_b)
{
    int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    bool odd = t % 2;                                     // these write the rows 8 further down
    int of_row[2 * R];
#pragma unroll
    for (int i = 0; i < 2 * R; i++) {
        int row = first_row + 8 * i + g;
        of_row[i] = row < m ? 2 * ones_a[row] : 0;
    }
    bool fours = n % 4 == 0 && (u64)out % 16 == 0;
#pragma unroll
    for (int j = 0; j < C; j++) {
        int mine = first_col + 8 * j + 2 * t, col = first_col + 8 * j + t / 2 * 4;
        int left = mine < n ? n_bits - 2 * ones_b[mine] : 0;
        int right = mine + 1 < n ? n_bits - 2 * ones_b[mine + 1] : 0;
#pragma unroll
        for (int i = 0; i < R; i++) {
            int2 upper = {left - of_row[2 * i] + 4 * c[i][j][0], right - of_row[2 * i] + 4 * c[i][j][1]};
            int2 lower = {left - of_row[2 * i + 1] + 4 * c[i][j][2], right - of_row[2 * i + 1] + 4 * c[i][j][3]};
            int2 keep = odd ? lower : upper, give = odd ? upper : lower;
            int x = __shfl_xor_sync(0xffffffff, give.x, 1), y = __shfl_xor_sync(0xffffffff, give.y, 1);
            int4 z = odd ? int4{x, y, keep.x, keep.y} : int4{keep.x, keep.y, x, y};

            int row = first_row + 16 * i + 8 * odd + g;
            if (row >= m || col >= n)
                continue;
            int *to = out + (u64)row * n + col;
            if (fours)
                __stcs((int4 *)to, z);                    // it may leave the cache first: nobody reads it soon
            else {
                to[0] = z.x;
                if (col + 1 < n) to[1] = z.y;
                if (col + 2 < n) to[2] = z.z;
                if (col + 3 < n) to[3] = z.w;
            }
        }
    }
}

/* Write out_ij of 16 rows and 128 columns by way of shared memory: `rows`, room of this warp alone, where its lanes put
   their sums and take out whole rows. So a row is written at once, 512 bytes behind one another, 16 by a lane, which
   needs no ones of b but those of its own four columns. A row has 8 numbers more than it needs: lanes of four rows g
   store together, each row 32 bytes, and so begin 8 banks further than the row before. */
__device__ __forceinline__ void write_rows(const int (&c)[16][4], int (*rows)[128 + 8], int first_row, int first_col,
                                           int *out, int m, int n, int n_bits, const int *ones_a, const int *ones_b)
{
    int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
#pragma unroll
    for (int j = 0; j < 16; j++) {
        *(int2 *)&rows[g][8 * j + 2 * t] = {c[j][0], c[j][1]};
        *(int2 *)&rows[g + 8][8 * j + 2 * t] = {c[j][2], c[j][3]};
    }
    int col = first_col + 4 * lane, of_col[4];
#pragma unroll
    for (int e = 0; e < 4; e++)
        of_col[e] = col + e < n ? n_bits - 2 * ones_b[col + e] : 0;
    bool fours = n % 4 == 0 && (u64)out % 16 == 0;
    __syncwarp();                                         // all lanes have put down theirs
#pragma unroll
    for (int r = 0; r < 16; r++) {
        int row = first_row + r;
        if (row >= m || col >= n)
            continue;
        int of_row = 2 * ones_a[row];
        int4 v = *(int4 *)&rows[r][4 * lane];
        int4 z = {of_col[0] - of_row + 4 * v.x, of_col[1] - of_row + 4 * v.y, of_col[2] - of_row + 4 * v.z,
                  of_col[3] - of_row + 4 * v.w};
        int *to = out + (u64)row * n + col;
        if (fours)
            __stcs((int4 *)to, z);
        else {
            to[0] = z.x;
            if (col + 1 < n) to[1] = z.y;
            if (col + 2 < n) to[2] = z.z;
            if (col + 3 < n) to[3] = z.w;
        }
    }
}

/* Write (out_ij >= threshold_j) != flip_j, packed. A lane has 16 of the 64 columns of a word; the four lanes of a row
   put their bits together, and one writes the word. */
template <int R, int C>
__device__ __forceinline__ void write_signs(const int (&c)[R][C][4], int first_row, int first_col,
                                            const int *thresholds, const unsigned char *flip, u64 *out, int m, int n,
                                            int n_bits, const int *ones_a, const int *ones_b)
{
    int g = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
#pragma unroll
    for (int first = 0; first < C; first += 8) {          // a word of columns
        int word_col = first_col + 8 * first;
        int limits[8][2];                                 // z >= threshold where 4 c - 2 ones_a >= limit
        u64 flips = 0;
#pragma unroll
        for (int k = 0; k < 16; k++) {
            int bit = k / 2 * 8 + 2 * t + k % 2, col = word_col + bit;
            limits[k / 2][k % 2] = col < n ? thresholds[col] - n_bits + 2 * ones_b[col] : 0x7fffffff;  // never on
            flips |= (u64)(col < n && flip[col]) << bit;
        }
#pragma unroll
        for (int i = 0; i < 2 * R; i++) {
            int row = first_row + 8 * i + g;
            int of_row = row < m ? 2 * ones_a[row] : 0;
            u64 word = 0;
#pragma unroll
            for (int k = 0; k < 16; k++)
                word |= (u64)(4 * c[i / 2][first + k / 2][i % 2 * 2 + k % 2] - of_row >= limits[k / 2][k % 2])
                        << (k / 2 * 8 + 2 * t + k % 2);
            word ^= flips;
            word |= __shfl_xor_sync(0xffffffff, word, 1);  // lanes 4 g to 4 g + 3 differ in two bits of their numbers
            word |= __shfl_xor_sync(0xffffffff, word, 2);
            if (t == 0 && row < m && word_col < n)
                out[(u64)row * ((n + 63) / 64) + word_col / 64] = word;
        }
    }
}

/* The same of pixels: a holds their planes (m, 8, words), see pack_planes.cu, as 8 m rows of signs, and pixels.cu has
   the formula

       z = 255 n_bits - 2 sum_p 2^p d_p = 255 (n_bits - 2 ones_b) + sum_p 2^p (4 c_p - 2 ones_p)

   Row g of 8 is plane g of a picture, so the sum over planes is one over the lanes that share t. It takes three steps:
   in each a lane gives half of its columns to another and takes over that one's share of the other half, until lane g
   has all planes of columns 8 g + 2 t and 8 g + 2 t + 1, which are 2 lane and 2 lane + 1. */
template <int R, int C>
__device__ __forceinline__ void write_signs_of_pixels(const int (&c)[R][C][4], int first_plane, int first_col,
                                                      const int *thresholds, const unsigned char *flip, u64 *out, int m,
                                                      int n, int n_bits, const int *ones_planes, const int *ones_b)
{
    int lane = threadIdx.x % 32, g = lane / 4;
#pragma unroll
    for (int first = 0; first < C; first += 8) {          // a word of columns
        int word_col = first_col + 8 * first;
#pragma unroll
        for (int i = 0; i < 2 * R; i++) {
            int row = first_plane / 8 + i;
            int of_plane = row < m ? 2 * ones_planes[8 * row + g] : 0;
            u64 word = 0;
#pragma unroll
            for (int e = 0; e < 2; e++) {
                int v[8];
#pragma unroll
                for (int j = 0; j < 8; j++)
                    v[j] = (4 * c[i / 2][first + j][i % 2 * 2 + e] - of_plane) << g;
#pragma unroll
                for (int half = 4; half > 0; half /= 2)
#pragma unroll
                    for (int j = 0; j < half; j++) {
                        bool upper = g & half;
                        int give = upper ? v[j] : v[j + half], keep = upper ? v[j + half] : v[j];
                        v[j] = keep + __shfl_xor_sync(0xffffffff, give, 4 * half);
                    }
                int col = word_col + 2 * lane + e;
                if (col < n) {
                    int z = v[0] + 255 * (n_bits - 2 * ones_b[col]);
                    word |= (u64)((z >= thresholds[col]) != flip[col]) << (2 * lane + e);
                }
            }
            for (int distance = 1; distance < 32; distance *= 2)
                word |= __shfl_xor_sync(0xffffffff, word, distance);
            if (lane == 0 && row < m && word_col < n)
                out[(u64)row * ((n + 63) / 64) + word_col / 64] = word;
        }
    }
}
