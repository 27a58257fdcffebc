def main():
    answer = 42
    print(answer)
